package observatory.trainer.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import observatory.trainer.ModelState;
import observatory.trainer.cuda.Parameters.Parameter;

/** Weights and moments on the device, copied to and from the host; a copy waits for the step that is under way. */
final class CudaState implements ModelState {
    private final Device device;
    private final Weights weights;
    private final Runnable refresh;
    private final Map<Entry, Long> addresses = new LinkedHashMap<>();

    /** @param refresh makes the working copies what the weights are */
    CudaState(Device device, Weights weights, Runnable refresh) {
        this.device = device;
        this.weights = weights;
        this.refresh = refresh;
        for (Parameter parameter : weights.parameters().all()) {
            add(parameter, Part.WEIGHT, weights.values());
            add(parameter, Part.FIRST_MOMENT, weights.firsts());
            add(parameter, Part.SECOND_MOMENT, weights.seconds());
        }
    }

    private void add(Parameter parameter, Part part, long array) {
        addresses.put(
                new Entry(parameter.path(), part, parameter.rows(), parameter.columns()),
                array + parameter.first() * Float.BYTES);
    }

    @Override
    public List<Entry> entries() {
        return new ArrayList<>(addresses.keySet());
    }

    @Override
    public void read(Entry entry, MemorySegment into) {
        device.toHost(into.asSlice(0, entry.bytes()), addresses.get(entry));
        device.await();
    }

    @Override
    public void write(Entry entry, MemorySegment from) {
        device.toDevice(addresses.get(entry), from.asSlice(0, entry.bytes()));
        if (entry.part() == Part.WEIGHT && weights.rounded()) {
            refresh.run();
        }
        device.await();
    }
}
