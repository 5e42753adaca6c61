package observatory.analysis.spectrum.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the initializers of an ONNX model (onnx.proto3 of github.com/onnx/onnx): weights in raw or typed form, or in a
 * file of external data beside the model. Quantised tensors are left out.
 */
final class Onnx {
    // ModelProto, GraphProto, TensorProto, StringStringEntryProto: the numbers of the fields that are read.
    private static final int GRAPH = 7;
    private static final int INITIALIZER = 5;
    private static final int DIMS = 1;
    private static final int DATA_TYPE = 2;
    private static final int FLOAT_DATA = 4;
    private static final int NAME = 8;
    private static final int RAW_DATA = 9;
    private static final int DOUBLE_DATA = 10;
    private static final int EXTERNAL_DATA = 13;
    private static final int DATA_LOCATION = 14;
    private static final int KEY = 1;
    private static final int VALUE = 2;

    private Onnx() {}

    /** A first field that a model begins with, its version, and a graph of which at least the length can be read. */
    static boolean recognise(Bytes bytes) {
        try {
            for (Protobuf model = new Protobuf(bytes); model.next(); ) {
                if (model.isBytes(GRAPH)) {
                    return true;
                }
            }
        } catch (WeightFileException e) {
            return bytes.size() > 0 && bytes.unsignedByte(0) == 0x08;
        }
        return false;
    }

    static List<Tensor> read(Bytes bytes, Arena arena) {
        List<Tensor> tensors = new ArrayList<>();
        Map<Path, Bytes> beside = new HashMap<>();
        for (Protobuf model = new Protobuf(bytes); model.next(); ) {
            if (model.isBytes(GRAPH)) {
                for (Protobuf graph = model.message(); graph.next(); ) {
                    if (graph.isBytes(INITIALIZER)) {
                        tensor(graph.message(), bytes, arena, beside).ifPresent(tensors::add);
                    }
                }
            }
        }
        return tensors;
    }

    private static Optional<Tensor> tensor(Protobuf message, Bytes model, Arena arena, Map<Path, Bytes> beside) {
        String name = "";
        List<Long> shape = new ArrayList<>();
        long type = 0;
        long location = 0;
        MemorySegment data = MemorySegment.NULL;
        Map<String, String> external = new HashMap<>();
        while (message.next()) {
            switch (message.field()) {
                case DIMS -> message.numbers().forEach(shape::add);
                case DATA_TYPE -> type = message.number();
                case DATA_LOCATION -> location = message.number();
                case NAME -> name = message.text();
                case RAW_DATA, FLOAT_DATA, DOUBLE_DATA -> data = message.packed();
                case EXTERNAL_DATA -> entry(message.message(), external);
                default -> {}
            }
        }
        Optional<Element> element = element(type);
        if (element.isEmpty()) {
            return Optional.empty();
        }
        long length = model.length(0, name, shape, element.get());
        if (location == 1) {
            data = external(name, external, length, model, arena, beside);
        }
        if (data.byteSize() != length) {
            throw model.bad(
                    0,
                    "tensor " + name + " has " + data.byteSize() + " bytes and its shape " + shape + " needs "
                            + length);
        }
        return Optional.of(new Tensor(name, shape, element.get(), Tensor.Layout.KERNEL_LAST, data));
    }

    private static void entry(Protobuf message, Map<String, String> entries) {
        String key = "";
        String value = "";
        while (message.next()) {
            switch (message.field()) {
                case KEY -> key = message.text();
                case VALUE -> value = message.text();
                default -> {}
            }
        }
        entries.put(key, value);
    }

    /** External data may only lie in the folder of the model: a model is no means to read other files. */
    private static MemorySegment external(
            String name, Map<String, String> entries, long length, Bytes model, Arena arena, Map<Path, Bytes> beside) {
        String location = entries.getOrDefault("location", "");
        Path folder = model.file().toAbsolutePath().normalize().getParent();
        Path file = folder.resolve(location).normalize();
        if (location.isEmpty() || !file.startsWith(folder) || file.equals(folder)) {
            throw model.bad(0, "tensor " + name + " lies in `" + location + "`, outside the model's folder");
        }
        Bytes bytes = beside.computeIfAbsent(file, f -> Bytes.map(f, arena));
        try {
            return bytes.slice(Long.parseLong(entries.getOrDefault("offset", "0")), length, "tensor " + name);
        } catch (NumberFormatException e) {
            throw model.bad(0, "tensor " + name + " has an offset that is no number: " + entries.get("offset"));
        }
    }

    private static Optional<Element> element(long type) {
        return switch ((int) type) {
            case 1 -> Optional.of(Element.F32);
            case 10 -> Optional.of(Element.F16);
            case 11 -> Optional.of(Element.F64);
            case 16 -> Optional.of(Element.BF16);
            case 17 -> Optional.of(Element.F8_E4M3);
            case 19 -> Optional.of(Element.F8_E5M2);
            default -> Optional.empty();
        };
    }
}
