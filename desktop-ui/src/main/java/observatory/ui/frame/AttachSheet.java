package observatory.ui.frame;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javafx.application.Platform;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.TableView;
import javafx.scene.control.TextField;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import observatory.probe.Pack;
import observatory.ui.Source;

/**
 * What there is to open, in one list: bookmarks, runs on a broker, trainers in other JVMs; and whatever path, address
 * or link one types. Whatever takes time happens beside the window.
 */
final class AttachSheet {
    private static final double WIDTH = 820;

    private final Doors doors;
    private final Bookmarks bookmarks;
    private final Consumer<Source> open;
    private final Function<String, String> link;
    private final TextField field = new TextField();
    private final Label trouble = new Label();
    private final ProfileChoice probes = new ProfileChoice();
    private final VBox tried = new VBox(2);
    private final Label looking = Labels.styled("", "soft"); // stays where it is: nothing moves when runs were found
    private final TableView<Offer> table = Tables.of("Runs that can be opened", "Looking for runs…");
    private final VBox box;
    private List<Offer> found = List.of();

    /**
     * @param open takes what was opened, on the thread of the window
     * @param link goes where a link points; answers with the reason why that will not do, or with nothing
     */
    AttachSheet(Doors doors, Consumer<Source> open, Function<String, String> link) {
        this.doors = doors;
        this.bookmarks = new Bookmarks(doors.bookmarks());
        this.open = open;
        this.link = link;
        Label title = Labels.styled("Open a run", "section-title");
        Label what = Labels.paragraph(
                "A log or a folder; HOST:PORT of a broker, or a client.properties, either with /RUN behind it; or"
                        + " observatory://run/…",
                "soft");
        field.setAccessibleText("Path, address or link to open");
        field.setOnAction(event -> typed(field.getText().strip()));
        HBox.setHgrow(field, Priority.ALWAYS);
        Button opening = button("Open", "Open what is typed or chosen", this::openAny);
        Button test = button("Test", "Test what is typed or chosen, item by item", this::test);
        Button keep = button("Bookmark", "Remember what is typed or chosen", this::keep);
        trouble.setWrapText(true);
        trouble.managedProperty().bind(trouble.textProperty().isNotEmpty());
        trouble.getStyleClass().add("trouble");
        table();
        tried.getStyleClass().add("tried");
        Label keys = Labels.paragraph("Enter opens · Tab moves on · Delete forgets a bookmark · Esc leaves", "soft");
        box = new VBox(
                10,
                title,
                what,
                new HBox(8, field, opening, test, keep),
                trouble,
                table,
                looking,
                probes.node(),
                tried,
                keys);
        box.getStyleClass().add("sheet");
        box.setMaxSize(WIDTH, Region.USE_PREF_SIZE);
        look(Optional.empty());
    }

    Region node() {
        return box;
    }

    private void table() {
        Tables.text(table, "run", 400, Offer::name);
        Tables.text(table, "state", 112, Offer::state);
        Tables.text(table, "what", 258, Offer::what);
        table.focusedProperty().addListener((property, was, focused) -> {
            if (focused && table.getSelectionModel().isEmpty()) {
                table.getSelectionModel().selectFirst(); // or Enter would open nothing
            }
        });
        table.setPrefHeight(220);
        table.setOnKeyPressed(event -> {
            Offer offer = table.getSelectionModel().getSelectedItem();
            if (offer != null && event.getCode() == KeyCode.ENTER) {
                open(offer);
            } else if (offer != null && event.getCode() == KeyCode.DELETE) {
                forget(offer);
            }
        });
        table.setOnMouseClicked(event -> {
            if (event.getClickCount() == 2 && table.getSelectionModel().getSelectedItem() != null) {
                open(table.getSelectionModel().getSelectedItem());
            }
        });
    }

    /** Looks for runs on a broker, or where they are known to be. */
    private void look(Optional<String> broker) {
        found = List.of();
        says("Looking for runs…");
        looking.setText("Looking for runs…");
        fill();
        beside(() -> doors.offers(broker), offers -> {
            found = offers;
            looking.setText("");
            says("No run was found: neither on a broker nor in another JVM.");
            fill();
        });
    }

    /** Where the table is empty. */
    private void says(String text) {
        Tables.none(table, text);
    }

    private void fill() {
        List<Offer> all = new ArrayList<>();
        for (String address : bookmarks.all()) {
            all.add(new Offer("☆ " + address, "bookmark", "", address, pack -> opened(address, pack)));
        }
        all.addAll(found);
        Tables.fill(table, all, Offer::name);
    }

    private Source opened(String address, Optional<Pack> pack) {
        if (pack.isPresent()) {
            throw new IllegalArgumentException(
                    "a bookmark is opened as it is; choose the run itself, or the probes on the screen Probes");
        }
        return doors.open(address);
    }

    private void typed(String text) {
        if (text.startsWith("observatory:")) {
            trouble.setText(link.apply(text));
        } else if (isBroker(text)) {
            trouble.setText("");
            look(Optional.of(text));
        } else if (!text.isEmpty()) {
            opening(() -> doors.open(text));
        }
    }

    private void openAny() {
        Offer chosen = table.getSelectionModel().getSelectedItem();
        String text = field.getText().strip();
        if (!text.isEmpty()) {
            typed(text);
        } else if (chosen != null) {
            open(chosen);
        } else {
            trouble.setText("nothing to open: type an address, or choose a line");
        }
    }

    private void open(Offer offer) {
        if (isBroker(offer.address())) {
            look(Optional.of(offer.address()));
            return;
        }
        if (offer.address().startsWith("observatory:")) {
            trouble.setText(link.apply(offer.address()));
            return;
        }
        Optional<Pack> pack = probes.chosen();
        trouble.setText("");
        looking.setText("Opening " + offer.name() + " …");
        opening(() -> offer.opens().open(pack));
    }

    private void test() {
        String address = address();
        if (address.isEmpty()) {
            trouble.setText("nothing to test: type an address, or choose a line");
            return;
        }
        trouble.setText("");
        tried.getChildren().setAll(new Label("testing " + address + " …"));
        beside(
                () -> doors.test(address),
                items -> tried.getChildren()
                        .setAll(items.stream().map(AttachSheet::line).toList()));
    }

    private static Label line(Tried item) {
        return Labels.paragraph(item.line(), "tried-" + item.outcome().name().toLowerCase(Locale.ROOT));
    }

    private void keep() {
        String address = address();
        if (address.isEmpty()) {
            trouble.setText("nothing to remember: type an address, or choose a run of a broker");
            return;
        }
        change(() -> bookmarks.add(address));
    }

    private void forget(Offer offer) {
        change(() -> bookmarks.remove(offer.address()));
        if (field.getText().strip().equals(offer.address())) {
            field.clear(); // else Bookmark would remember it again, and Open would open it
        }
    }

    /** A change of the bookmarks. */
    private interface Change {
        void make() throws IOException;
    }

    private void change(Change change) {
        try {
            change.make();
            trouble.setText("");
        } catch (IOException e) {
            trouble.setText("bookmarks cannot be kept in " + doors.bookmarks() + ": " + e.getMessage());
        }
        fill();
    }

    /** What is typed, else the address of what is chosen. */
    private String address() {
        Offer chosen = table.getSelectionModel().getSelectedItem();
        String text = field.getText().strip();
        return !text.isEmpty() || chosen == null ? text : chosen.address();
    }

    private static boolean isBroker(String text) {
        return ClusterAddress.of(text).filter(at -> at.run().isEmpty()).isPresent();
    }

    private static Button button(String text, String does, Runnable action) {
        Button button = new Button(text);
        button.setAccessibleText(does);
        button.setTooltip(new Tooltip(does));
        button.setMinWidth(Region.USE_PREF_SIZE);
        button.setOnAction(event -> action.run());
        return button;
    }

    /** What is open only when the person has left is closed again: nobody would see it, and it would read on. */
    private void opening(Supplier<Source> door) {
        beside(door, open, late -> thread(late::close));
    }

    /** Where the person has left meanwhile, nobody waits for the result. */
    private <T> void beside(Supplier<T> work, Consumer<T> then) {
        beside(work, then, late -> {});
    }

    private <T> void beside(Supplier<T> work, Consumer<T> then, Consumer<T> late) {
        thread(() -> {
            try {
                T result = work.get();
                Platform.runLater(() -> (box.getScene() == null ? late : then).accept(result));
            } catch (IllegalArgumentException e) {
                Platform.runLater(() -> failed(e.getMessage()));
            } catch (RuntimeException e) {
                Platform.runLater(() -> failed("that failed: " + e));
            }
        });
    }

    private void failed(String why) {
        trouble.setText(why);
        looking.setText("");
        tried.getChildren().clear();
        says("No runs could be listed.");
    }

    private static void thread(Runnable work) {
        Thread.ofPlatform().name("observatory-door").daemon().start(work);
    }
}
