package observatory.trainer.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import observatory.trainer.InitialWeights;
import observatory.trainer.ModelSpec;
import observatory.trainer.ModelState;
import observatory.trainer.cuda.Parameters.Chunk;
import observatory.trainer.cuda.Parameters.Parameter;

/**
 * Where everything that belongs to the parameters lies on the device: each an array of all of them. Working is the
 * weights themselves in fp32, and a copy rounded to the format of the run in others.
 */
record Weights(
        Parameters parameters,
        Elements format,
        long gradients,
        long values,
        long firsts,
        long seconds,
        long working,
        long chunks) {
    /** Of one chunk, as optimizer.cu has it: first (long), count, decays, parameter (int). */
    private static final int CHUNK_BYTES = 24;

    static Weights in(Space space, Parameters parameters, Elements format) {
        long bytes = parameters.elements() * Float.BYTES;
        long gradients = space.take(bytes);
        long values = space.take(bytes);
        return new Weights(
                parameters,
                format,
                gradients,
                values,
                space.take(bytes),
                space.take(bytes),
                format.bytes() == Float.BYTES ? values : space.take(parameters.elements() * format.bytes()),
                space.take((long) parameters.chunks().size() * CHUNK_BYTES));
    }

    boolean rounded() {
        return working != values;
    }

    /** What the passes read of a parameter. */
    long working(Parameter parameter) {
        return working + parameter.first() * format.bytes();
    }

    long gradient(Parameter parameter) {
        return gradients + parameter.first() * Float.BYTES;
    }

    long value(Parameter parameter) {
        return values + parameter.first() * Float.BYTES;
    }

    OptimizerKernels.Arrays arrays() {
        return new OptimizerKernels.Arrays(gradients, values, firsts, seconds, rounded() ? working : 0);
    }

    /** Makes the working copies what the weights are. */
    void round(Operations operations) {
        operations.optimizer().roundWeights(values, working, parameters.elements());
    }

    /** Writes the table of chunks, the weights a model begins with, and moments of zero. */
    void begin(Device device, Operations operations, ModelSpec spec, long seed) {
        writeChunks(device);
        InitialWeights initial = new InitialWeights(spec.layers(), seed);
        for (long array : new long[] {gradients, values, firsts, seconds}) {
            device.clear(array, parameters.elements() * Float.BYTES);
        }
        for (Parameter parameter : parameters.all()) {
            try (Arena local = Arena.ofShared()) {
                MemorySegment drawn = local.allocate(parameter.size() * Float.BYTES, Float.BYTES);
                ModelState.Entry entry = new ModelState.Entry(
                        parameter.path(), ModelState.Part.WEIGHT, parameter.rows(), parameter.columns());
                initial.fill(drawn, entry, parameter.number());
                device.toDevice(value(parameter), drawn);
                device.await();
            }
        }
        if (rounded()) {
            round(operations);
        }
        device.await();
    }

    private void writeChunks(Device device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate((long) parameters.chunks().size() * CHUNK_BYTES, 8);
            long at = 0;
            for (Chunk chunk : parameters.chunks()) {
                table.set(JAVA_LONG, at, chunk.first());
                table.set(JAVA_INT, at + 8, chunk.count());
                table.set(JAVA_INT, at + 12, chunk.parameter().matrix() ? 1 : 0);
                table.set(JAVA_INT, at + 16, chunk.parameter().number());
                at += CHUNK_BYTES;
            }
            device.toDevice(chunks, table);
            device.await();
        }
    }
}
