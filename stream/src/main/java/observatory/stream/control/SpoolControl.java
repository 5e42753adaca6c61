package observatory.stream.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import observatory.probe.ProbeCommand;
import observatory.probe.Request;
import observatory.probe.RunEvent;
import observatory.probe.RunId;
import observatory.probe.Telemetry;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;
import observatory.stream.control.ControlListener.Outcome;
import observatory.stream.relay.Relay;
import observatory.stream.wire.Json;

/**
 * Takes commands to processes that spool for a relay. What a {@link Gate} lets through is put down as a line of the
 * file {@value #FILE} in the writer's folder; the writer applies it between two steps and answers by a {@code COMMAND}
 * event in its spool, which the operator gets as the acknowledgement. A writer in a long step is not waited for: then
 * the operator hears that the command is accepted, and the event follows. Of several ranks the first takes commands.
 *
 * <p>All methods belong to the relay's thread.
 */
public final class SpoolControl implements Relay.Listener, AutoCloseable {
    /**
     * Lines {@code {"id":…,"operator":…,"ttl_seconds":…,"command":{…}}}, in the order in which they are to be applied.
     */
    public static final String FILE = "control.jsonl";

    private final Connection connection;
    private final Topics topics;
    private final Function<RunId, Gate> gates;
    private final InstantSource clock;
    private final Duration patience;
    private final Map<Path, ControlListener> listeners = new HashMap<>();
    private final Map<String, CompletableFuture<Outcome>> awaited = new ConcurrentHashMap<>();

    /**
     * @param gates the gate of each run
     * @param patience how long an operator waits for the writer's own answer
     */
    public SpoolControl(
            Connection connection, Topics topics, Function<RunId, Gate> gates, InstantSource clock, Duration patience) {
        this.connection = connection;
        this.topics = topics;
        this.gates = gates;
        this.clock = clock;
        this.patience = patience;
    }

    @Override
    public void item(Path writer, Telemetry item, boolean alive) {
        if (item instanceof RunEvent event && event.kind() == RunEvent.Kind.COMMAND) {
            CompletableFuture<Outcome> answer = awaited.remove(event.details().getOrDefault("id", ""));
            if (answer != null) {
                answer.complete(new Outcome(
                        event.details().getOrDefault("outcome", "answered"),
                        event.details().getOrDefault("reason", "")));
            }
        }
        if (item instanceof RunEvent event && event.kind() == RunEvent.Kind.END) {
            gone(writer);
        } else if (alive && item.origin().rank() == 0) {
            listeners.computeIfAbsent(writer, _ -> listen(writer, item.origin().run()));
        }
    }

    @Override
    public void gone(Path writer) {
        ControlListener listener = listeners.remove(writer);
        if (listener != null) {
            listener.close();
        }
    }

    /** How many runs are listened for, and can be given commands. */
    public long listening() {
        return listeners.values().stream().filter(ControlListener::listening).count();
    }

    @Override
    public void close() {
        listeners.values().forEach(ControlListener::close);
        listeners.clear();
    }

    private ControlListener listen(Path writer, RunId run) {
        return new ControlListener(
                connection, topics, run, gates.apply(run), clock, request -> handOver(writer, request));
    }

    /** On the thread of a listener. */
    private Outcome handOver(Path writer, Request request) {
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        awaited.put(request.id(), answer);
        try {
            Files.writeString(
                    writer.resolve(FILE), line(request), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return Outcome.ACCEPTED; // In a long step; its answer comes as an event.
        } catch (IOException e) {
            return new Outcome("refused", "the spool of the run cannot be written: " + e.getMessage());
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("nobody fails or interrupts an answer", e);
        } finally {
            awaited.remove(request.id());
        }
    }

    private static String line(Request request) {
        ObjectNode line =
                Json.mapper().createObjectNode().put("id", request.id()).put("operator", request.operator());
        Duration life = request.command() instanceof ProbeCommand probes ? probes.timeToLive() : Duration.ZERO;
        line.put("ttl_seconds", life.toMillis() / 1e3);
        line.set("command", CommandJson.write(request.command()));
        return line + "\n";
    }
}
