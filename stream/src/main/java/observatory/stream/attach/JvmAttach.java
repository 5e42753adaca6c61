package observatory.stream.attach;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.probe.Pack;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;

/**
 * Attaches the observatory to a trainer in another JVM of this user, by process id, through the Java Attach API: its
 * instruments then send to a broker, until they are detached or the JVM ends. The trainer is not restarted and needs no
 * setting; it has to use {@code observatory.probe.Instruments}, or a {@link Framework} that is known, and to run on
 * Java 25 or newer. Errors say what to do.
 */
public final class JvmAttach {
    /** What the classes of the agent are compiled for. */
    private static final int OLDEST = 25;

    private final long pid;

    public JvmAttach(long pid) {
        this.pid = pid;
    }

    /** A JVM of this user: its process id, and what it runs. */
    public record Jvm(long pid, String name) {}

    /** JVMs of this user, but this one. */
    public static List<Jvm> list() {
        return VirtualMachine.list().stream()
                .map(jvm -> new Jvm(Long.parseLong(jvm.id()), jvm.displayName()))
                .filter(jvm -> jvm.pid() != ProcessHandle.current().pid())
                .toList();
    }

    /**
     * Attaches; the runs that are watched now.
     *
     * @param connection to the cluster that the trainer's JVM then sends to
     * @param spool folder in which the trainer's JVM keeps what the broker does not have yet
     * @param operators whose commands about probes are obeyed
     */
    public String attach(Connection connection, Topics topics, Path spool, Pack pack, Operators operators)
            throws AttachException {
        return ask(new Request(connection, topics, spool, pack, operators).asked());
    }

    /** Puts the instruments back as they were before; the runs that were watched. */
    public String detach() throws AttachException {
        return ask(Request.detach());
    }

    /** What can be known without a word to the process. */
    private void check() throws AttachException {
        ProcessHandle process = ProcessHandle.of(pid)
                .orElseThrow(() -> new AttachException(
                        "there is no process " + pid + "; `observatory attach` lists the JVMs there are"));
        String owner = process.info().user().orElse("");
        String own = ProcessHandle.current().info().user().orElse("");
        if (!owner.isEmpty() && !own.isEmpty() && !owner.equals(own)) {
            throw new AttachException("process " + pid + " belongs to " + owner + ", and this is " + own
                    + ": what is put into a JVM it must be able to read; attach as " + owner);
        }
    }

    private String ask(Properties asked) throws AttachException {
        check();
        asked.setProperty(Agent.CLASS_PATH, classPath());
        try {
            // Of this user alone, as temporary folders are: what is asked may hold a password.
            Path folder = Files.createTempDirectory("observatory-attach");
            try {
                Path question = folder.resolve("question.properties");
                try (Writer writer = Files.newBufferedWriter(question)) {
                    asked.store(writer, null);
                }
                load(AgentJar.write(folder.resolve("agent.jar")), question);
                return answer(question);
            } finally {
                try (var files = Files.list(folder)) {
                    files.toList().forEach(file -> file.toFile().delete());
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new AttachException(
                    "cannot attach to process " + pid + ": " + e.getMessage()
                            + "; it must be a JVM of the same user and see the same temporary folder",
                    e);
        }
    }

    /** Where this program's classes are, for a process that runs in another folder. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private void load(Path jar, Path question) throws IOException, AttachException {
        VirtualMachine machine;
        try {
            machine = VirtualMachine.attach(Long.toString(pid));
        } catch (AttachNotSupportedException e) {
            throw new AttachException(
                    "process " + pid + " cannot be attached to: it is no JVM, or not up yet, or was started with"
                            + " -XX:+DisableAttachMechanism; `observatory attach` lists the JVMs there are",
                    e);
        }
        try {
            refuseOlder(machine.getSystemProperties().getProperty("java.specification.version", "unknown"));
            machine.loadAgent(jar.toString(), question.toString());
        } catch (AgentLoadException e) {
            throw new AttachException(
                    "the JVM " + pid + " loads no agents: " + e.getMessage()
                            + "; start it with -XX:+EnableDynamicAgentLoading",
                    e);
        } catch (AgentInitializationException e) {
            throw new AttachException(
                    "the agent failed in the JVM " + pid + ": " + e.getMessage()
                            + "; look at what that process printed",
                    e);
        } finally {
            machine.detach();
        }
    }

    /**
     * The agent is of the same release as this program; an older JVM could not load it, and would say so
     * in its own output.
     */
    private void refuseOlder(String version) throws AttachException {
        if (!version.matches("\\d+") || Integer.parseInt(version) < OLDEST) {
            throw new AttachException(
                    "the JVM " + pid + " runs Java " + version + "; attaching needs Java " + OLDEST
                            + " or newer in the trainer: start it with one",
                    null);
        }
    }

    private String answer(Path file) throws IOException, AttachException {
        Properties answer = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            answer.load(reader);
        }
        if (answer.containsKey(Request.DONE)) {
            return answer.getProperty(Request.DONE);
        }
        String trace = answer.getProperty("trace");
        throw new AttachException(
                "process " + pid + ": " + answer.getProperty(Agent.ERROR, "no answer from the agent"),
                trace == null ? null : new IOException(trace));
    }
}
