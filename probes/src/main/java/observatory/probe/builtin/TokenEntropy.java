package observatory.probe.builtin;

import java.util.Arrays;
import observatory.probe.BatchProbe;
import observatory.probe.Metric;
import observatory.probe.RunSketch;
import observatory.probe.Schedule;
import observatory.probe.SequenceSink;
import observatory.probe.Tokens;

/**
 * How varied the tokens of a sequence are: the entropy of their frequencies in nats, the share of distinct tokens, and
 * the length. An entropy under 2 nats, or under 5 % distinct, is degenerate text, such as a megabyte of backslashes,
 * which lowers the loss and teaches nothing. Sorts the sequence: T·log T comparisons.
 */
@Metric(name = "length", unit = "{token}", tells = "tokens of the sequence")
@Metric(name = "token_entropy", unit = "nat", tells = "entropy of the frequencies of the sequence's tokens")
@Metric(name = "distinct_fraction", tells = "distinct tokens over tokens")
public record TokenEntropy(Schedule schedule) implements BatchProbe {

    @Override
    public void read(Tokens tokens, RunSketch seen, SequenceSink out) {
        int length = tokens.length();
        for (int sequence = 0; sequence < tokens.sequences(); sequence++) {
            int[] sorted = Arrays.copyOfRange(tokens.ids(), sequence * length, (sequence + 1) * length);
            Arrays.sort(sorted);
            double entropy = 0;
            int distinct = 0;
            for (int from = 0; from < length; ) {
                int to = from;
                while (to < length && sorted[to] == sorted[from]) {
                    to++;
                }
                double share = (double) (to - from) / length;
                entropy -= share * Math.log(share);
                distinct++;
                from = to;
            }
            out.sample(sequence, "length", length);
            out.sample(sequence, "token_entropy", entropy);
            out.sample(sequence, "distinct_fraction", (double) distinct / length);
        }
    }
}
