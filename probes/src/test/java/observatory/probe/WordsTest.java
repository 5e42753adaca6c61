package observatory.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The small records say what they refuse, and what would do instead. */
class WordsTest {

    @Test
    void aRunHasASafeName() {
        var refused = assertThrows(IllegalArgumentException.class, () -> new RunId("../etc/passwd"));
        assertTrue(refused.getMessage().contains("try etc-passwd"), refused.getMessage());
        assertEquals("run", RunId.near("\u202e!!").value());
        assertEquals(100, RunId.near("x".repeat(10_000)).value().length());
    }

    @Test
    void absentIsNotNaN() {
        Scalars scalars = new Scalars.Builder().put("loss", Double.NaN).build();
        assertTrue(Double.isNaN(scalars.find("loss").orElseThrow()));
        assertTrue(scalars.find("gradient_norm").isEmpty());
        assertEquals(scalars, new Scalars(List.of("loss"), new double[] {Double.NaN}));
        assertThrows(IllegalArgumentException.class, () -> new Scalars(List.of("a", "a"), new double[2]));
    }

    @Test
    void aColumnNamesSitesOfItsFrame() {
        Column stray = new Column("rms", new int[] {1}, new double[] {0.5});
        assertThrows(
                IllegalArgumentException.class, () -> new Sites(List.of(Site.of(Hook.RESIDUAL, 0)), List.of(stray)));
        assertThrows(IllegalArgumentException.class, () -> new Column("rms", new int[2], new double[1]));
    }

    @Test
    void aScheduleIsDueOnceInEveryPeriod() {
        Schedule schedule = new Schedule(10, 3);
        assertEquals(
                List.of(3L, 13L, 23L),
                LongStream.range(0, 30).filter(schedule::due).boxed().toList());
        assertThrows(IllegalArgumentException.class, () -> new Schedule(0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Schedule(5, 5));
    }
}
