package observatory.ui.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NamesTest {
    /** The files of one experiment begin alike. */
    @Test
    void aNameIsCutInItsMiddle() {
        assertEquals("events…t2.v2", Names.cut("events.out.tfevents.wmt_t2.v2", 12));
        assertEquals("events…t3.v2", Names.cut("events.out.tfevents.wmt_t3.v2", 12));
        assertEquals("short", Names.cut("short", 5));
    }
}
