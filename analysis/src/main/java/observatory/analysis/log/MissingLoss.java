package observatory.analysis.log;

import java.util.Collection;
import java.util.Optional;
import observatory.probe.Scalars;

/**
 * Finds the NaN that a table has lost: pandas writes NaN as an empty cell, and as null in JSON. In a row that has the
 * learning rate of a training step, the loss is NaN where it is empty and every such row before it had one.
 */
final class MissingLoss {
    private final Optional<String> loss;
    private final Optional<String> rate;
    private final Values out;
    private boolean together;
    private boolean apart;

    MissingLoss(Collection<String> columns, Values out) {
        SeriesNames names = new SeriesNames();
        names.learn(columns);
        this.loss = columns.stream()
                .filter(column -> names.of(column).equals(Scalars.LOSS))
                .findFirst();
        this.rate = columns.stream()
                .filter(column -> names.of(column).equals(Scalars.LEARNING_RATE))
                .findFirst();
        this.out = out;
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
        if (loss.isEmpty() || rate.isEmpty() || !row.numbers().containsKey(rate.get())) {
            return row;
        }
        if (row.numbers().containsKey(loss.get())) {
            together = true;
        } else if (!together) {
            apart = true; // this log writes its rates without a loss
        } else if (!apart) {
            row.put(loss.get(), Double.NaN);
            out.remark("an empty loss beside a learning rate was read as NaN, which is how pandas writes it");
        }
        return row;
    }
}
