package observatory.djl;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import java.util.List;
import java.util.Map;
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
    private final Map<Trainer, ObservatoryListener> byTrainer = new WeakHashMap<>();
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
        try {
            if (who instanceof Block block && what instanceof NDList out) {
                for (ObservatoryListener listener : all) {
                    listener.computed(block, out);
                }
            } else if (who instanceof Trainer trainer) {
                of(trainer, what);
            }
        } catch (Throwable e) {
            // What listeners do is guarded there; a trainer that cannot be listened to trains on, unwatched.
            all.clear();
        }
    }

    private synchronized ObservatoryListener listener(Trainer trainer) {
        return byTrainer.computeIfAbsent(trainer, _ -> {
            String name = byTrainer.isEmpty() ? run : run + "-" + (byTrainer.size() + 1);
            ObservatoryListener listener = new ObservatoryListener(name, 0, true);
            all.add(listener);
            return listener;
        });
    }

    @SuppressWarnings("unchecked")
    private void of(Trainer trainer, Object what) {
        ObservatoryListener listener = listener(trainer);
        if (what instanceof Consumer<?> visit) {
            ((Consumer<TrainingListener>) visit).accept(listener);
        } else if (STEPPING.equals(what)) {
            listener.stepping(trainer);
        } else if (STEPPED.equals(what)) {
            listener.stepped(trainer);
        }
    }
}
