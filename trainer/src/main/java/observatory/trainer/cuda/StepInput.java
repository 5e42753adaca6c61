package observatory.trainer.cuda;

import java.lang.foreign.MemorySegment;
import java.util.List;
import observatory.trainer.Model.StepSettings;
import observatory.trainer.ModelSpec;
import observatory.trainer.TokenBatch;

/** What a step needs from the host, sent in one copy: its orders, then the packets of all its passes. */
final class StepInput {
    private static final int ORDER_BYTES = 64;

    private final Device device;
    private final Packet packet;
    private final double zLoss;
    private final long address;
    private final MemorySegment sending;

    /**
     * @param sequences of the largest pass
     * @param passes that a step has at most
     */
    StepInput(Device device, ModelSpec spec, int sequences, int passes) {
        this.device = device;
        this.packet = new Packet(sequences, spec.context(), spec.vocabulary());
        this.zLoss = spec.zLoss();
        long bytes = ORDER_BYTES + passes * packet.bytes();
        this.address = device.allocate(bytes);
        this.sending = device.pinned(bytes);
    }

    /** Where the orders are on the device, as control.cuh reads them. */
    long orders() {
        return address;
    }

    /** Where the packet of a pass is on the device. */
    Packet.Places packet(int pass) {
        return packet.at(address + at(pass));
    }

    void send(List<TokenBatch> passes, StepSettings settings) {
        int sequences = passes.stream().mapToInt(TokenBatch::size).sum();
        Orders.write(settings, zLoss, sending);
        for (int i = 0; i < passes.size(); i++) {
            packet.write(passes.get(i), sequences, sending.asSlice(at(i)));
        }
        device.toDevice(address, sending.asSlice(0, at(passes.size())));
    }

    /** For a pass forward alone; the orders of the step before stay. */
    void send(TokenBatch batch) {
        packet.write(batch, batch.size(), sending.asSlice(at(0)));
        device.toDevice(address + at(0), sending.asSlice(at(0), packet.bytes()));
    }

    private long at(int pass) {
        return ORDER_BYTES + pass * packet.bytes();
    }
}
