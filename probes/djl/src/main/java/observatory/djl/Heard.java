package observatory.djl;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What the trainers of a JVM say: each gets a listener when it is heard of first, and keeps it when the observatory is
 * detached, so that it is the same run if it is attached again. Nothing here throws.
 */
final class Heard implements BiConsumer<Object, Object> {
    /** What a trainer says before and after it changes the weights. */
    static final String STEPPING = "stepping";

    static final String STEPPED = "stepped";

    private final String run;
    /** Empty for a trainer that cannot be listened to. */
    private final Map<Trainer, Optional<ObservatoryListener>> byTrainer = new WeakHashMap<>();

    private final List<ObservatoryListener> all = new CopyOnWriteArrayList<>();

    Heard(String run) {
        this.run = run;
    }

    /**
     * @param who a trainer or a block
     * @param what a visit of listeners, the side of a step, or a block's outputs
     */
    @Override
    public void accept(Object who, Object what) {
        if (who instanceof Block block && what instanceof NDList out) {
            for (ObservatoryListener listener : all) {
                listener.computed(block, out);
            }
        } else if (who instanceof Trainer trainer) {
            listener(trainer).ifPresent(listener -> of(listener, trainer, what));
        }
    }

    private synchronized Optional<ObservatoryListener> listener(Trainer trainer) {
        return byTrainer.computeIfAbsent(trainer, _ -> {
            String name = byTrainer.isEmpty() ? run : run + "-" + (byTrainer.size() + 1);
            try {
                ObservatoryListener listener = new ObservatoryListener(name, 0, true, System::nanoTime);
                all.add(listener);
                return Optional.of(listener);
            } catch (Throwable e) {
                return Optional.empty(); // it trains on, unwatched, and the others are watched as before
            }
        });
    }

    @SuppressWarnings("unchecked")
    private static void of(ObservatoryListener listener, Trainer trainer, Object what) {
        if (what instanceof Consumer<?> visit) {
            ((Consumer<TrainingListener>) visit).accept(listener);
        } else if (STEPPING.equals(what)) {
            listener.stepping(trainer);
        } else if (STEPPED.equals(what)) {
            listener.stepped(trainer);
        }
    }
}
