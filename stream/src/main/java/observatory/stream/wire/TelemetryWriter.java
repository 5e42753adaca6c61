package observatory.stream.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import observatory.probe.Batch;
import observatory.probe.Column;
import observatory.probe.Frame;
import observatory.probe.RunEvent;
import observatory.probe.Scalars;
import observatory.probe.Site;
import observatory.probe.Sites;
import observatory.probe.Telemetry;

/** Writes one piece of telemetry as one document. */
final class TelemetryWriter {
    private final JsonGenerator out;

    TelemetryWriter(JsonGenerator out) {
        this.out = out;
    }

    void write(Part piece) throws IOException {
        Telemetry item = piece.item();
        out.writeStartObject();
        out.writeNumberField("v", Wire.VERSION);
        out.writeStringField("type", item instanceof Frame ? "frame" : "event");
        out.writeStringField("run", item.origin().run().value());
        out.writeNumberField("incarnation", item.origin().incarnation());
        out.writeStringField("writer", item.origin().writer().toString());
        out.writeNumberField("rank", item.origin().rank());
        integer("seq", item.seq());
        if (piece.parts() > 1) {
            out.writeNumberField("part", piece.part());
            out.writeNumberField("parts", piece.parts());
        }
        integer("step", item.step());
        out.writeStringField("time", item.time().toString());
        switch (item) {
            case Frame frame -> frame(frame);
            case RunEvent event -> event(event);
        }
        out.writeEndObject();
    }

    private void frame(Frame frame) throws IOException {
        out.writeObjectFieldStart("scalars");
        Scalars scalars = frame.scalars();
        for (int i = 0; i < scalars.names().size(); i++) {
            out.writeFieldName(scalars.names().get(i));
            number(scalars.values()[i]);
        }
        out.writeEndObject();
        if (!frame.sites().sites().isEmpty()) {
            sites(frame.sites());
        }
        if (frame.batch().isPresent()) {
            batch(frame.batch().get());
        }
    }

    private void sites(Sites sites) throws IOException {
        out.writeArrayFieldStart("sites");
        for (Site site : sites.sites()) {
            out.writeStartObject();
            out.writeStringField("hook", site.hook().label());
            if (site.layer() != Site.NO_LAYER) {
                out.writeNumberField("layer", site.layer());
            }
            if (!site.parameter().isEmpty()) {
                out.writeStringField("parameter", site.parameter());
            }
            out.writeEndObject();
        }
        out.writeEndArray();
        columns("metrics", sites.columns(), sites.sites().size());
    }

    private void columns(String field, List<Column> columns, int places) throws IOException {
        out.writeObjectFieldStart(field);
        for (Column column : columns) {
            out.writeObjectFieldStart(column.metric());
            if (!everyPlace(column, places)) {
                out.writeFieldName("at");
                out.writeArray(column.at(), 0, column.size());
            }
            out.writeArrayFieldStart("values");
            for (double value : column.values()) {
                number(value);
            }
            out.writeEndArray();
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static boolean everyPlace(Column column, int places) {
        if (column.size() != places) {
            return false;
        }
        for (int i = 0; i < column.size(); i++) {
            if (column.at()[i] != i) {
                return false;
            }
        }
        return true;
    }

    private void batch(Batch batch) throws IOException {
        out.writeArrayFieldStart("batch");
        for (Batch.Sequence sequence : batch.sequences()) {
            out.writeStartObject();
            out.writeStringField("source", sequence.source());
            integer("offset", sequence.offset());
            out.writeFieldName("loss");
            number(sequence.loss());
            out.writeEndObject();
        }
        out.writeEndArray();
        if (!batch.columns().isEmpty()) {
            columns("batch_metrics", batch.columns(), batch.sequences().size());
        }
    }

    private void event(RunEvent event) throws IOException {
        out.writeStringField("kind", EventKind.written(event));
        out.writeObjectFieldStart("details");
        for (Map.Entry<String, String> detail : EventKind.writtenDetails(event).entrySet()) {
            out.writeStringField(detail.getKey(), detail.getValue());
        }
        out.writeEndObject();
    }

    private void integer(String name, long value) throws IOException {
        if (Math.abs(value) > Wire.EXACT) {
            out.writeStringField(name, Long.toString(value));
        } else {
            out.writeNumberField(name, value);
        }
    }

    private void number(double value) throws IOException {
        if (Double.isFinite(value)) {
            out.writeNumber(value);
        } else {
            out.writeString(Double.toString(value));
        }
    }
}
