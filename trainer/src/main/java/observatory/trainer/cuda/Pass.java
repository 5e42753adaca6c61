package observatory.trainer.cuda;

/**
 * A pass: its shape, where its tokens are, and who looks on.
 *
 * @param own makes a gradient as it is computed that of one sequence's own loss
 */
record Pass(
        int sequences, int context, Packet.Places packet, Observation seen, HookLines lines, Measurements.Scale own) {
    int rows() {
        return sequences * context;
    }
}
