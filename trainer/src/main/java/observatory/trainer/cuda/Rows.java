package observatory.trainer.cuda;

/** How many rows of how many columns. */
record Rows(int count, int columns) {
    long elements() {
        return (long) count * columns;
    }
}
