package observatory.trainer.cuda;

/** Heads of a batch of sequences, and what changes their scores; slopes and prefixes may be 0. */
record Heads(int batch, int count, int context, int size, float scale, long slopes, long prefixes) {
    int width() {
        return count * size;
    }
}
