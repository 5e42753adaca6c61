package observatory.trainer.cpu;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import observatory.trainer.ModelState;

/** Weights and moments of a model on the CPU, where they are on the host already. */
final class CpuState implements ModelState {
    private final Map<Entry, Tensor> tensors = new LinkedHashMap<>();
    private final Map<Entry, Parameter> weights = new LinkedHashMap<>();
    private final Rounding rounding;

    CpuState(List<Parameter> parameters, Rounding rounding) {
        this.rounding = rounding;
        for (Parameter parameter : parameters) {
            weights.put(add(parameter, Part.WEIGHT, parameter.weight()), parameter);
            add(parameter, Part.FIRST_MOMENT, parameter.first());
            add(parameter, Part.SECOND_MOMENT, parameter.second());
        }
    }

    private Entry add(Parameter parameter, Part part, Tensor tensor) {
        Entry entry = new Entry(parameter.path(), part, tensor.rows(), tensor.columns());
        tensors.put(entry, tensor);
        return entry;
    }

    @Override
    public List<Entry> entries() {
        return new ArrayList<>(tensors.keySet());
    }

    @Override
    public void read(Entry entry, MemorySegment into) {
        into.copyFrom(tensors.get(entry).data());
    }

    @Override
    public void write(Entry entry, MemorySegment from) {
        tensors.get(entry).data().copyFrom(from);
        Parameter written = weights.get(entry);
        if (written != null) {
            written.refresh(rounding);
        }
    }
}
