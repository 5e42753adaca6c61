package observatory.stream.attach;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.BiFunction;

/**
 * What the Attach API loads into a trainer's JVM. It finds the trainer's own {@code observatory.probe} classes, or
 * those of a framework that can be watched without them, puts all else of the observatory into a class loader of its
 * own beside them, so that libraries of the trainer and of the observatory never meet, and hands over to
 * {@link Attachment} in there. It lives alone in a small jar and needs no other class but {@link BesideLoader}.
 */
public final class Agent {
    static final String ACTION = "action";
    static final String CLASS_PATH = "class_path";
    static final String ERROR = "error";
    /** Classes by which one sees what is the trainer's own, each with the prefix of the names that belong to it. */
    private static final Map<String, String> SHARED =
            Map.of("observatory.probe.LiveInstruments", "observatory.probe.", "ai.djl.training.Trainer", "ai.djl.");

    private static final String INSIDE = "observatory.stream.attach.Attachment";

    private static BiFunction<Properties, Instrumentation, Properties> attachment;

    private Agent() {}

    /** @param file a properties file with what is asked; the answer replaces it */
    public static void agentmain(String file, Instrumentation instrumentation) throws IOException {
        Path path = Path.of(file);
        Properties asked = new Properties();
        try (Reader reader = Files.newBufferedReader(path)) {
            asked.load(reader);
        }
        Properties answer = answer(asked, instrumentation);
        Path written = path.resolveSibling(path.getFileName() + ".answer");
        try (Writer writer = Files.newBufferedWriter(written)) {
            answer.store(writer, null);
        }
        Files.move(written, path, StandardCopyOption.ATOMIC_MOVE);
    }

    private static synchronized Properties answer(Properties asked, Instrumentation instrumentation) {
        try {
            if (attachment == null) {
                Map<String, ClassLoader> shared = shared(instrumentation);
                if (shared.isEmpty()) {
                    return error("this JVM trains nothing that has instruments: none of the classes "
                            + String.join(
                                    ", ", SHARED.keySet().stream().sorted().toList())
                            + " is loaded in it; give its trainer observatory.probe.Instruments (docs/probes.md)");
                }
                attachment = inside(asked.getProperty(CLASS_PATH), shared);
            }
            return attachment.apply(asked, instrumentation);
        } catch (Throwable e) {
            Throwable cause = e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
            StringWriter trace = new StringWriter();
            cause.printStackTrace(new PrintWriter(trace));
            Properties error = error(cause.toString());
            error.setProperty("trace", trace.toString());
            return error;
        }
    }

    private static Map<String, ClassLoader> shared(Instrumentation instrumentation) {
        Map<String, ClassLoader> found = new HashMap<>();
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            String prefix = SHARED.get(loaded.getName());
            if (prefix != null && !(loaded.getClassLoader() instanceof BesideLoader)) {
                found.put(prefix, loaded.getClassLoader());
            }
        }
        return found;
    }

    @SuppressWarnings("unchecked")
    private static BiFunction<Properties, Instrumentation, Properties> inside(
            String classPath, Map<String, ClassLoader> shared) throws Exception {
        BesideLoader loader = BesideLoader.of(classPath, shared);
        return (BiFunction<Properties, Instrumentation, Properties>)
                loader.loadClass(INSIDE).getDeclaredConstructor().newInstance();
    }

    private static Properties error(String message) {
        Properties error = new Properties();
        error.setProperty(ERROR, message);
        return error;
    }
}
