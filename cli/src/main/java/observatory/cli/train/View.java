package observatory.cli.train;

/** Something that shows a running demo. */
@FunctionalInterface
interface View {
    /** Called a few times a second, and once when the run is over. */
    void update(Stage stage);
}
