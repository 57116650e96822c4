namespace Pare.Coding.Container;

/// <summary>The messages of onnx.proto on the way to a tensor; every other one is <see cref="Opaque"/>.</summary>
internal enum MessageKind
{
    Opaque,
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    SparseTensor,
    Function,
    Training,
    Entry,
    Value,
    Type,
    TensorType,
    Shape,
    Dimension,
    Opset,
}

internal static class MessageKinds
{
    /// <summary>The kind of message in a field, <see cref="MessageKind.Opaque"/> for one that is not looked into.</summary>
    public static MessageKind Child(this MessageKind kind, int field) => (kind, field) switch
    {
        (MessageKind.Model, 7) => MessageKind.Graph,
        (MessageKind.Model, 8) => MessageKind.Opset,
        (MessageKind.Model, 14) => MessageKind.Entry,
        (MessageKind.Model, 20) => MessageKind.Training,
        (MessageKind.Model, 25) => MessageKind.Function,
        (MessageKind.Training, 1 or 2) => MessageKind.Graph,
        (MessageKind.Training, 3 or 4) => MessageKind.Entry,
        (MessageKind.Graph, 1) => MessageKind.Node,
        (MessageKind.Graph, 5) => MessageKind.Tensor,
        (MessageKind.Graph, 11 or 12 or 13) => MessageKind.Value,
        (MessageKind.Graph, 15) => MessageKind.SparseTensor,
        (MessageKind.Graph, 16) => MessageKind.Entry,
        (MessageKind.Function, 7) => MessageKind.Node,
        (MessageKind.Function, 9) => MessageKind.Opset,
        (MessageKind.Function, 11) => MessageKind.Attribute,
        (MessageKind.Node, 5) => MessageKind.Attribute,
        (MessageKind.Node, 9) => MessageKind.Entry,
        (MessageKind.Attribute, 5 or 10) => MessageKind.Tensor,
        (MessageKind.Attribute, 6 or 11) => MessageKind.Graph,
        (MessageKind.Attribute, 22 or 23) => MessageKind.SparseTensor,
        (MessageKind.SparseTensor, 1 or 2) => MessageKind.Tensor,
        (MessageKind.Tensor, 13) => MessageKind.Entry,
        (MessageKind.Value, 2) => MessageKind.Type,
        (MessageKind.Type, 1) => MessageKind.TensorType,
        (MessageKind.TensorType, 2) => MessageKind.Shape,
        (MessageKind.Shape, 1) => MessageKind.Dimension,
        _ => MessageKind.Opaque,
    };

    /// <summary>True where a field with a length holds the elements of a tensor (or of an attribute's list).</summary>
    public static bool HoldsElements(this MessageKind kind, int field) => (kind, field) switch
    {
        (MessageKind.Tensor, 4 or 5 or 7 or 9 or 10 or 11) => true,
        (MessageKind.Attribute, 7 or 8) => true,
        _ => false,
    };
}
