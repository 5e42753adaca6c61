package observatory.analysis.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import observatory.probe.Scalars;

/**
 * Finds the NaN that a table has lost: pandas writes NaN as an empty cell, and as null in JSON. In a row that has the
 * learning rate or the gradient norm of a training step, the loss is NaN where it is empty and every such row before it
 * had one; and in a row that has nothing but its step, where rows before it had the values of a step and nothing else.
 */
final class MissingLoss {
    /** A column that is there where a loss should be. */
    private static final class Witness {
        private final String tag;
        private boolean together;
        private boolean apart; // this log writes it in rows without a loss

        Witness(String tag) {
            this.tag = tag;
        }

        /** Whether it says that a loss is missing from this row. */
        boolean misses(Row row, boolean hasLoss) {
            if (!row.numbers().containsKey(tag)) {
                return false;
            }
            together |= hasLoss;
            apart |= !hasLoss && !together;
            return !hasLoss && together && !apart;
        }
    }

    private final Optional<String> loss;
    private final List<Witness> witnesses = new ArrayList<>();
    private final Set<String> ofAStep;
    private final Values out;
    private boolean stepsAlone;

    MissingLoss(Collection<String> columns, Values out) {
        SeriesNames names = new SeriesNames();
        names.learn(columns);
        this.loss = named(Scalars.LOSS, columns, names);
        named(Scalars.LEARNING_RATE, columns, names).map(Witness::new).ifPresent(witnesses::add);
        named(Scalars.GRADIENT_NORM, columns, names).map(Witness::new).ifPresent(witnesses::add);
        List<String> all = new ArrayList<>(loss.stream().toList());
        witnesses.forEach(witness -> all.add(witness.tag));
        this.ofAStep = Set.copyOf(all);
        this.out = out;
    }

    private static Optional<String> named(String series, Collection<String> columns, SeriesNames names) {
        return columns.stream()
                .filter(column -> names.of(column).equals(series))
                .findFirst();
    }

    /** The same of a row of JSON, whose loss is there and null; one that is not there may have had none. */
    Row filledWhereNull(Row row) {
        boolean absent = loss.filter(tag -> !row.numbers().containsKey(tag)
                        && !JsonRow.NULL.equals(row.texts().get(tag)))
                .isPresent();
        return absent ? row : filled(row);
    }

    /** The row, with a loss of NaN where it has lost one. */
    Row filled(Row row) {
        if (loss.isEmpty()) {
            return row;
        }
        boolean hasLoss = row.numbers().containsKey(loss.get());
        boolean missing = false;
        for (Witness witness : witnesses) {
            missing |= witness.misses(row, hasLoss);
        }
        boolean bare = row.numbers().keySet().stream().allMatch(tag -> ofAStep.contains(tag) || StepNames.isStep(tag));
        stepsAlone |= hasLoss && bare;
        boolean nothing = !hasLoss
                && stepsAlone
                && !row.numbers().isEmpty()
                && row.texts().values().stream().allMatch(JsonRow.NULL::equals)
                && row.numbers().keySet().stream().allMatch(StepNames::isStep);
        if (missing || nothing) {
            row.put(loss.get(), Double.NaN);
            out.remark("an empty loss in the row of a training step was read as NaN, which is how pandas writes it");
        }
        return row;
    }
}
