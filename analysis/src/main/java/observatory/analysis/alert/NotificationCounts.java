package observatory.analysis.alert;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** What became of the messages to each receiver, counted since this process began, and of the last one. Any thread. */
public final class NotificationCounts {
    /** One kind of end a message to a receiver came to: delivered, retried or refused. */
    public record Ended(String receiver, String outcome) {}

    private final Map<Ended, Long> counts = new ConcurrentHashMap<>();
    private final Map<String, String> troubles = new ConcurrentHashMap<>();

    /** The same receiver, counted. */
    Receiver counted(String name, Receiver receiver) {
        return notification -> {
            Outcome outcome = receiver.tell(notification);
            counts.merge(new Ended(name, label(outcome)), 1L, Long::sum);
            switch (outcome) {
                case Outcome.Delivered _ -> troubles.remove(name);
                case Outcome.Later later -> troubles.put(name, name + " will be told later: " + later.reason());
                case Outcome.Refused refused -> troubles.put(name, name + " was not told: " + refused.reason());
            }
            return outcome;
        };
    }

    public void forEach(BiConsumer<Ended, Long> each) {
        counts.forEach(each);
    }

    public long of(Ended ended) {
        return counts.getOrDefault(ended, 0L);
    }

    /** A sentence for each receiver that did not take its last message. */
    List<String> troubles() {
        return List.copyOf(troubles.values());
    }

    private static String label(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Delivered _ -> "delivered";
            case Outcome.Later _ -> "retried";
            case Outcome.Refused _ -> "refused";
        };
    }
}
