package observatory.ui.chart;

import java.util.Optional;

/** A picture on the screen that has its twin in numbers. */
public interface Drawn {
    /** Of what is shown now; empty where nothing is. */
    Optional<Twin> twin();
}
