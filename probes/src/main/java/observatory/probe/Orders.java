package observatory.probe;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Takes commands, applies those about probes to a roster, hands the others on, and answers every one of them. */
final class Orders {
    private final InstantSource clock;
    private final Consumer<Map<String, String>> answers;
    private Setup setup = Setup.NONE;
    private Roster roster = Roster.of(List.of());

    Orders(InstantSource clock, Consumer<Map<String, String>> answers) {
        this.clock = clock;
        this.answers = answers;
    }

    /** Begins anew with what a setup asks; what was changed before is forgotten with what it changed. */
    void begin(Setup next) {
        setup = next;
        roster = Roster.of(next.questions());
    }

    List<Question> questions() {
        return roster.questions(setup.catalogue());
    }

    double budget() {
        return roster.budget(setup.budget());
    }

    /** Takes all that waits and reverts what is over; true where other questions are asked than before. */
    boolean take(TrainerControl control) {
        Roster before = roster;
        for (Optional<Request> next = setup.commands().poll();
                next.isPresent();
                next = setup.commands().poll()) {
            obey(next.get(), control);
        }
        if (!roster.changes().isEmpty()) {
            revert(clock.instant());
        }
        return roster != before;
    }

    private void obey(Request request, TrainerControl control) {
        Optional<String> refusal;
        try {
            refusal = switch (request.command()) {
                case ProbeCommand command -> change(request, command);
                case TrainerCommand command -> control.apply(command);
            };
        } catch (RuntimeException e) {
            refusal = Optional.of(String.valueOf(e.getMessage()));
        }
        answer(request, refusal.isPresent() ? "refused" : "applied", refusal.orElse(""));
    }

    private Optional<String> change(Request request, ProbeCommand command) {
        Optional<Question> added = Optional.empty();
        switch (command) {
            case ProbeCommand.Add add -> {
                added = setup.catalogue().find(add.probe(), add.schedule());
                if (added.isEmpty()) {
                    return Optional.of(
                            NearestName.refusal(add.probe(), setup.catalogue().names()));
                }
            }
            case ProbeCommand.Remove remove -> {
                List<String> installed =
                        questions().stream().map(Question::name).distinct().toList();
                if (!installed.contains(remove.probe())) {
                    return Optional.of("nothing to remove: " + remove.probe() + " is not installed; installed are "
                            + String.join(", ", installed));
                }
            }
            case ProbeCommand.Profile profile -> {
                if (profile.pack() != Pack.OFF
                        && setup.catalogue().of(profile.pack()).isEmpty()) {
                    return Optional.of(
                            "this trainer has no pack " + profile.pack().label());
                }
            }
        }
        Roster changed = roster.with(
                new Roster.Change(request, command, added, clock.instant().plus(command.timeToLive())));
        int asked = changed.questions(setup.catalogue()).size();
        if (asked > Long.SIZE) {
            return Optional.of("at most 64 probes at once: probes=" + asked + "; remove one first");
        }
        roster = changed;
        return Optional.empty();
    }

    private void revert(Instant now) {
        List<Roster.Change> over = roster.over(now);
        if (!over.isEmpty()) {
            roster = roster.without(over);
            over.forEach(change -> answer(change.request(), "reverted", "its time to live is over"));
        }
    }

    private void answer(Request request, String outcome, String reason) {
        answers.accept(Map.of(
                "id", request.id(),
                "operator", request.operator(),
                "command", request.command().toString(),
                "outcome", outcome,
                "reason", reason));
    }
}
