package observatory.analysis.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Where a JSON document ends before its end, and why.
 *
 * @param why as a sentence
 * @param damaged whether there is more behind that place, which is no JSON; else the document is still written
 */
record JsonDocument(String why, boolean damaged) {

    /** What an error of the parser says; an error of the disk is thrown on. */
    static JsonDocument torn(Path file, IOException error) {
        if (error instanceof JsonProcessingException damaged) {
            long offset = damaged.getLocation() == null
                    ? 0
                    : Math.max(0, damaged.getLocation().getByteOffset());
            return new JsonDocument(
                    file.getFileName() + " is no whole JSON document: it is damaged or ends at byte " + offset
                            + "; what came before was read",
                    !ended(damaged));
        }
        throw new LogException(file, 0, error);
    }

    /** Behind a comma the parser has no type of its own for it. */
    private static boolean ended(JsonProcessingException damaged) {
        return damaged instanceof JsonEOFException
                || damaged.getOriginalMessage().startsWith("Unexpected end-of-input");
    }

    void tell(Recording recording) {
        if (damaged) {
            recording.endsDamaged(why);
        } else {
            recording.remark(why);
        }
    }
}
