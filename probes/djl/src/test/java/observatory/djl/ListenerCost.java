package observatory.djl;

import ai.djl.training.tracker.Tracker;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import observatory.probe.Hook;
import observatory.probe.Pack;
import observatory.probe.Setup;
import observatory.probe.builtin.Probes;

/**
 * What the listener adds to a step, printed: blocks of ten steps by turns with a pack and with nobody listening, on one
 * model of four layers of width 128 and 1,024 tokens a step that trains on. Its layers are handed through the listener.
 */
public final class ListenerCost {
    private static final int STEPS = 10;
    private static final int PAIRS_OF_A_ROUND = 5;
    private static final int ROUNDS = 12;
    /** The share of a round that is left to the compiler when all is compiled. */
    private static final double COMPILING = 0.01;

    private ListenerCost() {}

    /** @param arguments a pack and how many pairs of blocks */
    public static void main(String[] arguments) {
        Pack pack = Pack.valueOf(arguments[0].toUpperCase(Locale.ROOT));
        double[] ratios = new double[Integer.parseInt(arguments[1])];
        double[] millis = new double[ratios.length];
        ObservatoryListener listener = new ObservatoryListener("cost");
        Setup listening = Probes.setup(_ -> true, pack);
        try (TinyTransformer model = new TinyTransformer(
                new TinyTransformer.Size(4, 128, 256, 16, 64),
                Tracker.fixed(1e-4f),
                (layer, block) -> listener.watched(block, Hook.RESIDUAL, layer),
                listener)) {
            warmUp(() -> {
                millis(model, listener, listening);
                millis(model, listener, Setup.NONE);
            });
            for (int pair = 0; pair < ratios.length; pair++) {
                double watched = millis(model, listener, listening);
                double alone = millis(model, listener, Setup.NONE);
                ratios[pair] = watched / alone;
                millis[pair] = alone / STEPS;
            }
        }
        Arrays.sort(ratios);
        Arrays.sort(millis);
        int middle = ratios.length / 2;
        System.out.printf(
                "%s: step time with over without %.3f (quartiles %.3f to %.3f), a step of %.1f ms, %d pairs%n",
                pack.label(),
                ratios[middle],
                ratios[ratios.length / 4],
                ratios[3 * ratios.length / 4],
                millis[middle],
                ratios.length);
    }

    /** Until all that is run is compiled: the compiler's threads take their time from the trainer's. */
    private static void warmUp(Runnable pair) {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        for (int round = 0; round < ROUNDS; round++) {
            long compiling = compiler.getTotalCompilationTime();
            long began = System.nanoTime();
            for (int i = 0; i < PAIRS_OF_A_ROUND; i++) {
                pair.run();
            }
            if ((compiler.getTotalCompilationTime() - compiling) / 1e3
                    < COMPILING * (System.nanoTime() - began) / 1e9) {
                return;
            }
        }
    }

    private static double millis(TinyTransformer model, ObservatoryListener listener, Setup setup) {
        listener.instruments().setUp(setup);
        model.train(1); // what was set up is in force when a step begins
        long began = System.nanoTime();
        model.train(STEPS);
        return (System.nanoTime() - began) / 1e6;
    }
}
