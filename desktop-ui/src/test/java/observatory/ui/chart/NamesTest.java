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

    @Test
    void aNameIsBrokenBetweenItsWords() {
        assertEquals("demo-fp16-\noverflow", Names.lines("demo-fp16-overflow", 14));
        assertEquals("llama-repro-\n7b_run.2", Names.lines("llama-repro-7b_run.2", 12));
        assertEquals("aaaa\naa-b", Names.lines("aaaaaa-b", 4));
        assertEquals("short", Names.lines("short", 5));
        assertEquals("", Names.lines("", 5));
    }
}
