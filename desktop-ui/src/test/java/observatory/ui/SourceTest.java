package observatory.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;

import observatory.ui.data.Recording;
import org.junit.jupiter.api.Test;

class SourceTest {
    private static final String LACKING = "This run does not report its batches.";

    private final Recording run = new Recording(Frames.RUN);

    /** The batches of a log may all stand in its second half. */
    @Test
    void aRunIsSaidToLackSomethingOnlyWhenItHasBeenRead() {
        Source reading = new Source() {
            @Override
            public Recording recording() {
                return run;
            }

            @Override
            public boolean caughtUp() {
                return false;
            }
        };
        Source read = Frames.source(run);
        assertEquals("No step has come.", read.missing(LACKING));
        run.accept(Frames.loss(1, 2));
        assertEquals("Nothing of this so far: the run is still being read.", reading.missing(LACKING));
        assertEquals(LACKING, read.missing(LACKING));
    }
}
