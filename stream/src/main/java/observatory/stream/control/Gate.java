package observatory.stream.control;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import observatory.probe.Command;
import observatory.probe.Pack;
import observatory.probe.ProbeCommand;
import observatory.probe.Request;
import observatory.probe.RunId;

/**
 * Decides which commands reach a trainer. Without keys it lets nothing through. A command passes once: signed by a
 * trusted key, for this run, in the order of its operator, within its time, not too often, of an allowed profile, and
 * not above the cost that probes may have. Belongs to one thread.
 */
public final class Gate {
    private static final int NONCES = 4096;

    private final RunId run;
    private final List<Keys.Trusted> keys;
    private final Limits limits;
    private final ToDoubleFunction<Command> cost;
    private final InstantSource clock;
    private final Instant began;
    private final Map<String, Long> sequences = new HashMap<>();
    private final Map<String, Boolean> nonces = new LinkedHashMap<>();
    private Instant nextFree = Instant.MIN;

    /**
     * @param validity the longest time a command may be valid; {@code interval} between two that pass
     * @param timeToLive the longest a change of probes may live
     * @param cost ceiling of what a command adds, as a share of the step's time
     * @param profiles the packs that may be asked for
     */
    public record Limits(Duration validity, Duration interval, Duration timeToLive, double cost, Set<Pack> profiles) {
        public static final Limits STANDARD = new Limits(
                Duration.ofSeconds(60),
                Duration.ofSeconds(1),
                Duration.ofHours(1),
                0.05,
                EnumSet.complementOf(EnumSet.of(Pack.FORENSIC)));

        public Limits {
            profiles = Set.copyOf(profiles);
        }

        /** The same, but for what commands may cost and which packs they may ask for. */
        public Limits allowing(double ceiling, Set<Pack> packs) {
            return new Limits(validity, interval, timeToLive, ceiling, packs);
        }
    }

    /** What became of one record: who asked, what for, and the request that passes, or why none does. */
    public record Decision(String operator, String what, Optional<Request> request, String reason) {}

    /**
     * To be made when the run begins: what was given before is not obeyed.
     *
     * @param cost what a command adds to a step, as a share of its time; 0 where that is not known
     */
    public Gate(
            RunId run, List<Keys.Trusted> keys, Limits limits, ToDoubleFunction<Command> cost, InstantSource clock) {
        this.run = run;
        this.keys = List.copyOf(keys);
        this.limits = limits;
        this.cost = cost;
        this.clock = clock;
        this.began = clock.instant();
    }

    /** Decides on the bytes of one record of the control topic. */
    public Decision decide(byte[] record) {
        if (keys.isEmpty()) {
            return refused("", "", "control is off: this run trusts no key");
        }
        SignedCommand signed;
        try {
            signed = SignedCommand.decode(record);
        } catch (IllegalArgumentException e) {
            return refused("", "", e.getMessage());
        }
        Optional<Keys.Trusted> signer =
                keys.stream().filter(one -> signed.signedBy(one.key())).findFirst();
        if (signer.isEmpty()) {
            return refused("", "", "no key that this run trusts has signed it");
        }
        SignedCommand.Order order;
        try {
            order = signed.order();
        } catch (IllegalArgumentException e) {
            return refused(signer.get().operator(), "", e.getMessage());
        }
        String operator = signer.get().operator();
        String what = CommandJson.write(order.command()).toString();
        Optional<String> reason = reason(order, operator);
        if (reason.isPresent()) {
            return refused(operator, what, reason.get());
        }
        // From here on it has been used, whether or not it is obeyed.
        sequences.put(operator, order.sequence());
        remember(order.nonce());
        if (clock.instant().isBefore(nextFree)) {
            return refused(
                    operator,
                    what,
                    "more than one command in " + limits.interval().toMillis() + " ms");
        }
        nextFree = clock.instant().plus(limits.interval());
        if (order.dryRun()) {
            return new Decision(operator, what, Optional.empty(), "");
        }
        return new Decision(operator, what, Optional.of(new Request(order.nonce(), operator, order.command())), "");
    }

    /**
     * Takes a record that was on the topic before this run listened. One that was given since the gate was made has
     * waited to be heard, and is decided; an earlier one is only noted: it may not be given again.
     */
    public Optional<Decision> catchUp(byte[] record) {
        try {
            SignedCommand signed = SignedCommand.decode(record);
            for (Keys.Trusted key : keys) {
                if (signed.signedBy(key.key())) {
                    SignedCommand.Order order = signed.order();
                    if (!order.issued().isBefore(began)) {
                        return Optional.of(decide(record));
                    }
                    if (order.run().equals(run)) {
                        sequences.merge(key.operator(), order.sequence(), Math::max);
                        remember(order.nonce());
                    }
                }
            }
        } catch (IllegalArgumentException e) {
            assert !e.getMessage().isEmpty(); // No command, so nothing that could be given again.
        }
        return Optional.empty();
    }

    private Optional<String> reason(SignedCommand.Order order, String operator) {
        Instant now = clock.instant();
        if (!order.run().equals(run)) {
            return Optional.of("it is for the run " + order.run() + ", not for " + run);
        }
        if (!order.operator().equals(operator)) {
            return Optional.of("it says to be from " + order.operator() + " but " + operator + " has signed it");
        }
        if (order.validity().isNegative() || order.validity().compareTo(limits.validity()) > 0) {
            return Optional.of("it is valid for " + order.validity().toSeconds() + " s; at most "
                    + limits.validity().toSeconds() + " s are allowed");
        }
        if (now.isAfter(order.expires())) {
            return Optional.of("it expired at " + order.expires() + "; now it is " + now);
        }
        if (now.plus(limits.validity()).isBefore(order.issued())) {
            return Optional.of("it was issued in the future, at " + order.issued() + "; compare the clocks");
        }
        if (nonces.containsKey(order.nonce())) {
            return Optional.of("it has been given before");
        }
        if (order.sequence() <= sequences.getOrDefault(operator, -1L)) {
            return Optional.of(
                    "its sequence number " + order.sequence() + " is not above the last, " + sequences.get(operator));
        }
        if (order.command() instanceof ProbeCommand probes
                && probes.timeToLive().compareTo(limits.timeToLive()) > 0) {
            return Optional.of("it would live for " + probes.timeToLive().toMinutes() + " min; at most "
                    + limits.timeToLive().toMinutes() + " min are allowed");
        }
        if (order.command() instanceof ProbeCommand.Profile profile
                && !limits.profiles().contains(profile.pack())) {
            return Optional.of("this run does not allow the profile "
                    + profile.pack().label() + "; it allows "
                    + limits.profiles().stream().sorted().map(Pack::label).collect(Collectors.joining(", ")));
        }
        double added = cost.applyAsDouble(order.command());
        if (added > limits.cost()) {
            return Optional.of("it would cost " + percent(added) + " of a step; at most " + percent(limits.cost())
                    + " are allowed, which is the run's --control-ceiling");
        }
        return Optional.empty();
    }

    /** To two digits, however small. */
    private static String percent(double share) {
        return new BigDecimal(100 * share)
                        .round(new MathContext(2))
                        .stripTrailingZeros()
                        .toPlainString() + " %";
    }

    private void remember(String nonce) {
        nonces.put(nonce, true);
        if (nonces.size() > NONCES) {
            // Older ones have expired long ago, and the sequence numbers refuse them too.
            nonces.remove(nonces.keySet().iterator().next());
        }
    }

    private static Decision refused(String operator, String what, String reason) {
        return new Decision(operator, what, Optional.empty(), reason);
    }
}
