package observatory.analysis.report;

import java.util.List;
import observatory.analysis.Incident;
import observatory.probe.Telemetry;

/** Who judges the telemetry of a post-mortem, item by item in the order in which it was written; used once. */
public interface Watch {
    void accept(Telemetry item);

    /** Nothing follows: all incidents, in the order in which they began. */
    List<Incident> finish();

    List<PostMortem.Silent> notApplicable();
}
