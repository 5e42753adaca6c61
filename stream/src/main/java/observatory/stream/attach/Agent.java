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
import java.util.Properties;
import java.util.function.UnaryOperator;

/**
 * What the Attach API loads into a trainer's JVM. It finds the trainer's own {@code observatory.probe} classes, puts all
 * else of the observatory into a class loader of its own beside them, so that libraries of the trainer and of the
 * observatory never meet, and hands over to {@link Attachment} in there. It lives alone in a small jar and needs no
 * other class but {@link BesideLoader}.
 */
public final class Agent {
    static final String ACTION = "action";
    static final String CLASS_PATH = "class_path";
    static final String ERROR = "error";
    private static final String PROBES = "observatory.probe.LiveInstruments";
    private static final String INSIDE = "observatory.stream.attach.Attachment";

    private static UnaryOperator<Properties> attachment;

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
        Files.move(written, path, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private static synchronized Properties answer(Properties asked, Instrumentation instrumentation) {
        try {
            if (attachment == null) {
                ClassLoader probes = probes(instrumentation);
                if (probes == null) {
                    return error("this JVM trains nothing that has instruments: no class " + PROBES
                            + " is loaded in it; give its trainer observatory.probe.Instruments (docs/probes.md)");
                }
                attachment = inside(asked.getProperty(CLASS_PATH), probes);
            }
            return attachment.apply(asked);
        } catch (Throwable e) {
            Throwable cause = e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
            StringWriter trace = new StringWriter();
            cause.printStackTrace(new PrintWriter(trace));
            Properties error = error(cause.toString());
            error.setProperty("trace", trace.toString());
            return error;
        }
    }

    private static ClassLoader probes(Instrumentation instrumentation) {
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (loaded.getName().equals(PROBES) && !(loaded.getClassLoader() instanceof BesideLoader)) {
                return loaded.getClassLoader();
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked")
    private static UnaryOperator<Properties> inside(String classPath, ClassLoader probes) throws Exception {
        BesideLoader loader = BesideLoader.of(classPath, probes);
        return (UnaryOperator<Properties>)
                loader.loadClass(INSIDE).getDeclaredConstructor().newInstance();
    }

    private static Properties error(String message) {
        Properties error = new Properties();
        error.setProperty(ERROR, message);
        return error;
    }
}
