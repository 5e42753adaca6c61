package observatory.ui.compare;

/** By what two runs are laid over each other. */
public enum Alignment {
    STEP("step"),
    TOKENS("tokens"),
    TIME("seconds since the start"),
    FIRST_INCIDENT("steps from the first incident");

    private final String label;

    Alignment(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
