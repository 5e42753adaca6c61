package observatory.stream.control;

import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import observatory.probe.CommandSource;
import observatory.probe.Request;
import observatory.probe.RunId;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.Topics;

/**
 * Commands from the control topic for a trainer in this process. A {@link ControlListener} reads, decides and answers;
 * the training thread only takes what waits, which costs one read of memory.
 */
public final class TopicCommandSource implements CommandSource, AutoCloseable {
    private final ConcurrentLinkedQueue<Request> waiting = new ConcurrentLinkedQueue<>();
    private final ControlListener listener;

    public TopicCommandSource(Connection connection, Topics topics, RunId run, Gate gate, InstantSource clock) {
        listener = new ControlListener(connection, topics, run, gate, clock, request -> {
            waiting.add(request);
            return ControlListener.Outcome.ACCEPTED;
        });
    }

    @Override
    public Optional<Request> poll() {
        return Optional.ofNullable(waiting.poll());
    }

    /** Whether commands given from now on are heard. */
    public boolean listening() {
        return listener.listening();
    }

    /** Why no command can come; empty while all goes well. */
    public String trouble() {
        return listener.trouble();
    }

    @Override
    public void close() {
        listener.close();
    }
}
