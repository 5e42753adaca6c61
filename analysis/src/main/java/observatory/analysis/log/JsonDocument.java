package observatory.analysis.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;

/** What to say where a JSON document ends before its end. */
final class JsonDocument {
    private JsonDocument() {}

    /** As a sentence; an error of the disk is thrown on. */
    static String torn(Path file, IOException error) {
        if (error instanceof JsonProcessingException damaged) {
            long offset = damaged.getLocation() == null
                    ? 0
                    : Math.max(0, damaged.getLocation().getByteOffset());
            return file.getFileName() + " is no whole JSON document: it is damaged or ends at byte " + offset
                    + "; what came before was read";
        }
        throw new LogException(file, 0, error);
    }
}
