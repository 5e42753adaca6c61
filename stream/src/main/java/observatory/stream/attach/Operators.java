package observatory.stream.attach;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import observatory.probe.Pack;
import observatory.stream.control.Gate;

/**
 * Who may change the probes of a trainer that is attached to, and how far.
 *
 * @param keys public keys, as {@code ed25519 BASE64 NAME}; none for nobody
 * @param ceiling what a command may add to a step, as a share of its time
 * @param profiles the packs that may be asked for
 */
public record Operators(List<String> keys, double ceiling, Set<Pack> profiles) {
    public static final Operators NOBODY = trusting(List.of());

    public Operators {
        keys = List.copyOf(keys);
        profiles = Set.copyOf(profiles);
    }

    /** With the limits that hold unless others are given. */
    public static Operators trusting(List<String> keys) {
        return new Operators(keys, Gate.Limits.STANDARD.cost(), Gate.Limits.STANDARD.profiles());
    }

    Gate.Limits limits() {
        return Gate.Limits.STANDARD.allowing(ceiling, profiles);
    }

    /** As one property of the agent's question, and back. */
    String packs() {
        return profiles.stream().map(Pack::name).sorted().collect(Collectors.joining(","));
    }

    static Set<Pack> packs(String names) {
        return Stream.of(names.split(","))
                .filter(name -> !name.isEmpty())
                .map(Pack::valueOf)
                .collect(Collectors.toSet());
    }
}
