package observatory.ui.compare;

import observatory.ui.chart.StepLabels;
import observatory.ui.chart.TimeLabels;

/** By what two runs are laid over each other. */
public enum Alignment {
    STEP("step", StepLabels.STEPS),
    TOKENS("tokens", StepLabels.numbersOf("tokens")),
    TIME("time since the start", new TimeLabels()),
    FIRST_INCIDENT("steps from the first incident", StepLabels.numbersOf("steps from the first incident"));

    private final String label;
    private final StepLabels labels;

    Alignment(String label, StepLabels labels) {
        this.label = label;
        this.labels = labels;
    }

    public String label() {
        return label;
    }

    /** What is written below runs that are laid over each other so. */
    StepLabels labels() {
        return labels;
    }
}
