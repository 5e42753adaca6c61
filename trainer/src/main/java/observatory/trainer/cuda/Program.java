package observatory.trainer.cuda;

import java.util.List;
import java.util.Map;
import observatory.probe.Site;
import observatory.trainer.fault.Damage;

/** A step of one shape with one plan of observation, recorded as a graph. */
record Program(Graph graph, Observation observation, Results results) implements AutoCloseable {

    /** What makes two steps the same program. */
    record Key(List<PassShape> passes, boolean training, Due due, Map<Site, Damage> faults) {
        int sequences() {
            return passes.stream().mapToInt(PassShape::sequences).sum();
        }
    }

    record PassShape(int sequences, int context) {}

    @Override
    public void close() {
        graph.close();
        observation.rows().free();
    }
}
