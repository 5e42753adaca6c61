package observatory.probe.builtin;

import observatory.probe.BatchProbe;
import observatory.probe.Metric;
import observatory.probe.RunSketch;
import observatory.probe.Schedule;
import observatory.probe.SequenceSink;
import observatory.probe.Tokens;

/**
 * The rule by which OLMo leaves out sequences: an n-gram of 1 to 13 tokens that follows on itself 32 times or more,
 * which made its gradient norm spike (OLMo 2, arXiv 2501.00656). Reports the most repeats of any period. 13·T
 * comparisons.
 */
@Metric(
        name = "periodic_repeats",
        tells = "most times in a row that an n-gram of 1 to 13 tokens stands in the sequence")
public record PeriodicRepeats(Schedule schedule) implements BatchProbe {
    static final int LONGEST_PERIOD = 13;

    @Override
    public void read(Tokens tokens, RunSketch seen, SequenceSink out) {
        for (int sequence = 0; sequence < tokens.sequences(); sequence++) {
            int most = 1;
            for (int period = 1; period <= LONGEST_PERIOD; period++) {
                most = Math.max(most, repeats(tokens, sequence, period));
            }
            out.sample(sequence, "periodic_repeats", most);
        }
    }

    private static int repeats(Tokens tokens, int sequence, int period) {
        int[] ids = tokens.ids();
        int begin = sequence * tokens.length();
        int end = begin + tokens.length();
        int longest = 0;
        int run = 0;
        for (int at = begin + period; at < end; at++) {
            if (ids[at] == ids[at - period]) {
                run++;
            } else if (run > 0) {
                longest = Math.max(longest, run);
                run = 0;
            }
        }
        return (Math.max(longest, run) + period) / period;
    }
}
