package observatory.trainer.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import observatory.trainer.TokenBatch;

/** Tokens to vectors and back beside plain sums, with the packet that the host sends of them. */
final class EmbeddingCases {
    private static final int SEQUENCES = 2;
    private static final int CONTEXT = 70;
    private static final int VOCABULARY = 13;

    private EmbeddingCases() {}

    static List<KernelCase> all() {
        return List.of(
                new KernelCase("embedding, 136 columns", rig -> check(rig, 136)),
                new KernelCase("embedding, 33 columns", rig -> check(rig, 33)));
    }

    /** Every other place has token 3, so that its rows are several parts; tokens 11 and 12 are nowhere. */
    private static int[] tokens() {
        int[] tokens = new int[SEQUENCES * CONTEXT];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i % 2 == 0 ? 3 : i % 11;
        }
        return tokens;
    }

    private static double check(KernelRig rig, int columns) {
        int rows = SEQUENCES * CONTEXT;
        int n = rows * columns;
        int[] tokens = tokens();
        float[] vectors = rig.drawn(VOCABULARY * columns, 1);
        float[] positions = rig.drawn(CONTEXT * columns, 2);
        float[] d = rig.drawn(n, 3);
        float[] tokensBefore = rig.drawn(VOCABULARY * columns, 4);
        float[] positionsBefore = rig.drawn(CONTEXT * columns, 5);
        Packet.Places places = send(rig, tokens);
        long vectorsAt = rig.elements(vectors);
        long[] xs = {rig.poisonedElements(n), rig.poisonedElements(n)};
        Rows shape = new Rows(rows, columns);
        rig.ops.embedding().forward(places.inputs(), vectorsAt, rig.elements(positions), xs[0], shape, CONTEXT, 0);
        rig.ops.embedding().forward(places.inputs(), vectorsAt, 0, xs[1], shape, CONTEXT, 0);
        long dAt = rig.elements(d);
        long tokenGradient = rig.floats(tokensBefore);
        long positionGradient = rig.floats(positionsBefore);
        long sums = rig.poisoned((long) places.mostParts() * columns * Float.BYTES);
        rig.ops.embedding().backward(dAt, places.sorted(), sums, tokenGradient, columns);
        rig.ops.embedding().positionsBackward(dAt, positionGradient, SEQUENCES, columns, CONTEXT);

        double[] both = new double[n];
        double[] alone = new double[n];
        double[] ofTokens = doubles(tokensBefore);
        double[] ofPositions = doubles(positionsBefore);
        for (int i = 0; i < n; i++) {
            int token = tokens[i / columns] * columns + i % columns;
            int position = i / columns % CONTEXT * columns + i % columns;
            alone[i] = vectors[token];
            both[i] = (double) vectors[token] + positions[position];
            ofTokens[token] += d[i];
            ofPositions[position] += d[i];
        }
        double worst = KernelCase.difference(both, rig.readElements(xs[0], n));
        worst = Math.max(worst, KernelCase.difference(alone, rig.readElements(xs[1], n)));
        worst = Math.max(worst, KernelCase.difference(ofTokens, rig.readFloats(tokenGradient, ofTokens.length)));
        return Math.max(
                worst, KernelCase.difference(ofPositions, rig.readFloats(positionGradient, ofPositions.length)));
    }

    private static Packet.Places send(KernelRig rig, int[] tokens) {
        Packet packet = new Packet(SEQUENCES, CONTEXT, VOCABULARY);
        TokenBatch batch = new TokenBatch(
                Collections.nCopies(SEQUENCES, new TokenBatch.Place("drawn", 0)), CONTEXT, tokens, tokens);
        long at = rig.poisoned(packet.bytes());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sending = arena.allocate(packet.bytes(), 8);
            packet.write(batch, SEQUENCES, sending);
            rig.device.toDevice(at, sending);
            rig.device.await();
        }
        return packet.at(at);
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
