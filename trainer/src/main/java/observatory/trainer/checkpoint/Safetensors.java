package observatory.trainer.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import observatory.trainer.Pieces;

/**
 * The safetensors format with fp32 tensors: eight bytes with the length of a JSON header, the header, which names each
 * tensor with dtype, shape and place, then the tensors. Throws {@link CheckpointException} where a file is not that.
 */
final class Safetensors {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LENGTH = Long.BYTES;
    private static final long LARGEST_HEADER = 100_000_000;

    private Safetensors() {}

    /** A tensor of a file and where its data begins; a row of one is a vector. */
    record Place(String name, List<Long> shape, long at, long bytes) {}

    /** Fills the memory of one tensor. */
    interface Filling {
        void fill(String name, MemorySegment memory);
    }

    /** Writes a file of tensors with these shapes, in this order, and forces it to the disk. */
    static void write(Path file, Map<String, List<Long>> shapes, Filling filling) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        long at = 0;
        for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
            long bytes = bytes(tensor.getValue());
            ObjectNode node = header.putObject(tensor.getKey()).put("dtype", "F32");
            ArrayNode shape = node.putArray("shape");
            tensor.getValue().forEach(shape::add);
            node.putArray("data_offsets").add(at).add(at + bytes);
            at += bytes;
        }
        byte[] json = padded(JSON.writeValueAsString(header));
        long largest =
                shapes.values().stream().mapToLong(Safetensors::bytes).max().orElse(0);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            write(
                    channel,
                    ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN).putLong(0, json.length));
            write(channel, ByteBuffer.wrap(json));
            // Not through a mapping, where a full disk would be an InternalError and end the run.
            MemorySegment memory = arena.allocate(largest, Long.BYTES);
            for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
                MemorySegment data = memory.asSlice(0, bytes(tensor.getValue()));
                filling.fill(tensor.getKey(), data);
                for (ByteBuffer piece : Pieces.of(data)) {
                    write(channel, piece);
                }
            }
            channel.force(true);
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Maps a file for as long as the arena lives. */
    static MemorySegment map(Path file, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    /** The tensors of a mapped file by name. */
    static Map<String, Place> places(Path file, MemorySegment all) {
        if (all.byteSize() < LENGTH) {
            throw CheckpointException.damaged(file + " is cut short: it has " + all.byteSize() + " bytes");
        }
        long length = all.get(JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        if (length < 2 || length > LARGEST_HEADER || length > all.byteSize() - LENGTH) {
            throw CheckpointException.damaged(file + " is no safetensors file, or cut short: its header would be "
                    + length + " of " + all.byteSize() + " bytes");
        }
        JsonNode header = header(file, all.asSlice(LENGTH, length));
        Map<String, Place> places = new LinkedHashMap<>();
        header.properties().forEach(entry -> {
            if (!entry.getKey().equals("__metadata__")) {
                Data data = new Data(LENGTH + length, all.byteSize() - LENGTH - length);
                places.put(entry.getKey(), place(file, entry.getKey(), entry.getValue(), data));
            }
        });
        return places;
    }

    /** Where the tensors of a file lie: after how many bytes, and in how many. */
    private record Data(long at, long bytes) {}

    private static Place place(Path file, String name, JsonNode node, Data data) {
        if (!node.path("dtype").asText().equals("F32")) {
            throw new CheckpointException("tensor " + name + " of " + file + " is "
                    + node.path("dtype").asText("without a dtype") + ", and F32 is needed");
        }
        List<Long> shape = new ArrayList<>();
        node.path("shape").forEach(extent -> shape.add(extent.asLong(-1)));
        long from = node.path("data_offsets").path(0).asLong(-1);
        long to = node.path("data_offsets").path(1).asLong(-1);
        if (from < 0 || to < from || shape.stream().anyMatch(extent -> extent < 0) || to - from != bytes(shape)) {
            throw CheckpointException.damaged("tensor " + name + " of " + file
                    + " has a shape and offsets that disagree: shape=" + shape + ", offsets=" + from + ".." + to);
        }
        if (to > data.bytes()) {
            throw CheckpointException.damaged(
                    file + " is cut short: tensor " + name + " ends at byte " + to + " of " + data.bytes());
        }
        return new Place(name, shape, data.at() + from, to - from);
    }

    private static JsonNode header(Path file, MemorySegment json) {
        String text = StandardCharsets.UTF_8.decode(json.asByteBuffer()).toString();
        try {
            JsonNode header = JSON.readTree(text);
            if (header.isObject()) {
                return header;
            }
        } catch (JsonProcessingException e) {
            throw CheckpointException.damaged(file + " is no safetensors file: its header is no JSON", e);
        }
        throw CheckpointException.damaged(file + " is no safetensors file: its header is no JSON object");
    }

    /** Of a tensor in fp32; what no long can count is as many as a long can. */
    private static long bytes(List<Long> shape) {
        long bytes = Float.BYTES;
        for (long extent : shape) {
            bytes = Math.multiplyHigh(bytes, extent) == 0 && bytes * extent >= 0 ? bytes * extent : Long.MAX_VALUE;
        }
        return bytes;
    }

    /** Spaces at the end align the data, as the format asks. */
    private static byte[] padded(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(bytes, (bytes.length + 7) / 8 * 8);
        Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
        return padded;
    }
}
