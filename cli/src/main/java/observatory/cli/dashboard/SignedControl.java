package observatory.cli.dashboard;

import observatory.cli.OperatorKey;
import observatory.probe.Command;
import observatory.probe.RunId;
import observatory.stream.cluster.Connection;
import observatory.stream.cluster.KafkaErrors;
import observatory.stream.cluster.Topics;
import observatory.stream.control.Operator;
import observatory.ui.frame.Control;
import org.apache.kafka.common.KafkaException;

/** Commands from the window, signed with an operator's key. */
final class SignedControl implements Control {
    private final Connection connection;
    private final Operator sender;
    private final String operator;

    private SignedControl(Connection connection, Operator sender, String operator) {
        this.connection = connection;
        this.sender = sender;
        this.operator = operator;
    }

    static SignedControl of(Connection connection, Topics topics, OperatorKey key) {
        return new SignedControl(connection, key.on(connection, topics), key.operator());
    }

    @Override
    public String operator() {
        return operator;
    }

    @Override
    public String give(RunId run, Command command, boolean dryRun) {
        Operator.Manner standard = Operator.Manner.STANDARD;
        Operator.Manner manner = new Operator.Manner(dryRun, standard.validity(), standard.patience());
        try {
            return sender.give(run, command, manner)
                    .map(answer -> words(answer.result()) + (answer.reason().isEmpty() ? "" : ": " + answer.reason()))
                    .orElse("no answer within " + manner.patience().toSeconds() + " s: is the run going on?");
        } catch (KafkaException e) {
            return "not sent: " + KafkaErrors.explain(e, connection).message();
        }
    }

    private static String words(String result) {
        return switch (result) {
            case "dry-run" -> "dry run: the run would obey";
            case "accepted" -> "accepted; it is applied before the next step";
            default -> result;
        };
    }
}
