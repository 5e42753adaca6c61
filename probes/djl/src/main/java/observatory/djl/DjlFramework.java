package observatory.djl;

import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import observatory.stream.attach.Framework;

/**
 * DJL in a JVM that knows nothing of the observatory: while it is entered, {@code Trainer} and the blocks of models say
 * what they do. Known by its classes' names until then, because a JVM without DJL makes this service too.
 */
public final class DjlFramework implements Framework {
    private static final String TRAINER = "ai.djl.training.Trainer";
    private static final String BLOCK = "ai.djl.nn.AbstractBaseBlock";

    private Heard heard;

    @Override
    public Optional<Runnable> enter(Instrumentation jvm) {
        Optional<Class<?>> trainer = loaded(jvm, TRAINER, null);
        if (trainer.isEmpty()) {
            return Optional.empty();
        }
        List<Class<?>> classes = new ArrayList<>(List.of(trainer.get()));
        loaded(jvm, BLOCK, trainer.get().getClassLoader()).ifPresent(classes::add);
        if (heard == null) {
            heard = new Heard("djl-" + ProcessHandle.current().pid());
        }
        return Optional.of(Taps.open(jvm, classes, heard));
    }

    private static Optional<Class<?>> loaded(Instrumentation jvm, String name, ClassLoader by) {
        return Arrays.<Class<?>>stream(jvm.getAllLoadedClasses())
                .filter(type -> type.getName().equals(name) && (by == null || type.getClassLoader() == by))
                .findFirst();
    }
}
