package observatory.djl;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.BlockList;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A block that shows what it computes in training. In all else it is the block inside, down to the file it is saved in;
 * only where DJL names a child after its class it has another name.
 */
record WatchedBlock(Block inner, Consumer<NDList> shown) implements Block {
    @Override
    public NDList forward(ParameterStore store, NDList inputs, boolean training, PairList<String, Object> parameters) {
        NDList out = inner.forward(store, inputs, training, parameters);
        if (training) {
            shown.accept(out);
        }
        return out;
    }

    @Override
    public NDList forward(ParameterStore store, NDList data, NDList labels, PairList<String, Object> parameters) {
        NDList out = inner.forward(store, data, labels, parameters);
        shown.accept(out);
        return out;
    }

    @Override
    public void setInitializer(Initializer initializer, Parameter.Type type) {
        inner.setInitializer(initializer, type);
    }

    @Override
    public void setInitializer(Initializer initializer, String name) {
        inner.setInitializer(initializer, name);
    }

    @Override
    public void setInitializer(Initializer initializer, Predicate<Parameter> which) {
        inner.setInitializer(initializer, which);
    }

    @Override
    public void initialize(NDManager manager, DataType type, Shape... inputs) {
        inner.initialize(manager, type, inputs);
    }

    @Override
    public boolean isInitialized() {
        return inner.isInitialized();
    }

    @Override
    public void cast(DataType type) {
        inner.cast(type);
    }

    @Override
    public void clear() {
        inner.clear();
    }

    @Override
    public PairList<String, Shape> describeInput() {
        return inner.describeInput();
    }

    @Override
    public BlockList getChildren() {
        return inner.getChildren();
    }

    @Override
    public ParameterList getDirectParameters() {
        return inner.getDirectParameters();
    }

    @Override
    public ParameterList getParameters() {
        return inner.getParameters();
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return inner.getOutputShapes(inputs);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs, DataType[] types) {
        return inner.getOutputShapes(inputs, types);
    }

    @Override
    public Shape[] getInputShapes() {
        return inner.getInputShapes();
    }

    @Override
    public DataType[] getOutputDataTypes() {
        return inner.getOutputDataTypes();
    }

    @Override
    public void saveParameters(DataOutputStream to) throws IOException {
        inner.saveParameters(to);
    }

    @Override
    public void loadParameters(NDManager manager, DataInputStream from) throws IOException, MalformedModelException {
        inner.loadParameters(manager, from);
    }

    @Override
    public Map<String, String> getCustomMetadata() {
        return inner.getCustomMetadata();
    }
}
