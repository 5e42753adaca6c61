package observatory.probe;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which questions are asked: those of the setup, and what operators have changed since, each change until its time is
 * over. Changes apply in the order in which they came, so what one reverts to is what the others say.
 */
record Roster(List<Question> base, List<Change> changes) {
    /** A change that is in force. */
    record Change(Request request, ProbeCommand command, Optional<Question> added, Instant until) {}

    Roster {
        base = List.copyOf(base);
        changes = List.copyOf(changes);
    }

    static Roster of(List<Question> base) {
        return new Roster(base, List.of());
    }

    Roster with(Change change) {
        List<Change> more = new ArrayList<>(changes);
        more.add(change);
        return new Roster(base, more);
    }

    Roster without(List<Change> over) {
        return new Roster(base, changes.stream().filter(c -> !over.contains(c)).toList());
    }

    List<Change> over(Instant now) {
        return changes.stream().filter(change -> !change.until.isAfter(now)).toList();
    }

    List<Question> questions(Catalogue catalogue) {
        List<Question> asked = new ArrayList<>(base);
        for (Change change : changes) {
            switch (change.command) {
                case ProbeCommand.Add _ -> change.added.ifPresent(asked::add);
                case ProbeCommand.Remove remove -> asked.removeIf(q -> q.name().equals(remove.probe()));
                case ProbeCommand.Profile profile -> {
                    asked.clear();
                    asked.addAll(catalogue.of(profile.pack()));
                }
            }
        }
        return asked.stream().distinct().toList();
    }

    /** The share that observing may take: that of the pack asked for last, else that of the setup. */
    double budget(double ofSetup) {
        double budget = ofSetup;
        for (Change change : changes) {
            if (change.command instanceof ProbeCommand.Profile profile) {
                budget = profile.pack().budget();
            }
        }
        return budget;
    }
}
