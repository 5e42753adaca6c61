package observatory.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import observatory.ui.Source;
import observatory.ui.frame.Outside;
import observatory.ui.source.OpenedTape;

/** What the window may open from beyond itself. */
final class Opening {
    private Opening() {}

    static Outside outside(Path exports, InstantSource clock) {
        return new Outside(exports, clock, text -> tape(Path.of(text)));
    }

    static Source tape(Path path) {
        if (!Files.exists(path)) {
            throw new IllegalArgumentException("there is no such file: " + path + "; check the path");
        }
        return OpenedTape.open(path);
    }
}
