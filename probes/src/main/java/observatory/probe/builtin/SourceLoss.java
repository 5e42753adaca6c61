package observatory.probe.builtin;

import java.util.LinkedHashMap;
import java.util.Map;
import observatory.probe.Batch;
import observatory.probe.Metric;
import observatory.probe.ScalarSink;
import observatory.probe.Schedule;
import observatory.probe.Sites;
import observatory.probe.StepFacts;
import observatory.probe.StepProbe;

/**
 * The mean loss of the step's sequences of each source, such as a language or a domain, as {@code loss/source}. A
 * source that is broken moves its own loss long before the mean. From what the trainer notes of its batch; costs
 * nothing.
 */
@Metric(name = "loss/*", unit = "nat", tells = "mean loss per token of the step's sequences of one source")
public record SourceLoss(Schedule schedule) implements StepProbe {

    @Override
    public void read(StepFacts facts, Sites sites, ScalarSink out) {
        if (facts.batch().isEmpty()) {
            return;
        }
        Map<String, double[]> sums = new LinkedHashMap<>();
        for (Batch.Sequence sequence : facts.batch().get().sequences()) {
            double[] sum = sums.computeIfAbsent(sequence.source(), source -> new double[2]);
            sum[0] += sequence.loss();
            sum[1]++;
        }
        sums.forEach((source, sum) -> out.scalar("loss/" + source, sum[0] / sum[1]));
    }
}
