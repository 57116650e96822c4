using System.Collections.Immutable;
using Pare.Onnx.Wire;

namespace Pare.Onnx;

/// <summary>ValueInfoProto and the types in it.</summary>
internal static class ValueReader
{
    public static ValueInfo Read(WireReader reader)
    {
        var name = "";
        var type = new TypeFields { Denotation = "" };
        var rest = new KeptFields();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: name = reader.Text; break;
                case 2: type = ReadType(reader.Message); break;
                default: rest.Add(reader.Raw); break;
            }
        }
        return new ValueInfo { Name = name, Type = type.Element, Shape = type.Shape, Denotation = type.Denotation, OtherType = type.Other, Rest = rest.Bytes };
    }

    // What is not a plain tensor (sequence, map, optional, sparse tensor) is kept whole rather than half understood.
    private static TypeFields ReadType(WireReader reader)
    {
        var whole = reader.Whole;
        var type = new TypeFields { Denotation = "" };
        while (reader.Next())
        {
            if (reader.Field == 6) type = type with { Denotation = reader.Text };
            else if (reader.Field != 1) return new() { Denotation = "", Other = whole };
            else
            {
                var tensor = reader.Message;
                while (tensor.Next())
                {
                    if (tensor.Field == 1) type = type with { Element = (ElementType)tensor.Int32 };
                    else if (tensor.Field == 2) type = type with { Shape = ReadShape(tensor.Message) };
                }
            }
        }
        return type;
    }

    private readonly record struct TypeFields(ElementType Element, ImmutableArray<Dimension>? Shape, string Denotation, ReadOnlyMemory<byte> Other);

    private static ImmutableArray<Dimension> ReadShape(WireReader reader)
    {
        var dimensions = ImmutableArray.CreateBuilder<Dimension>();
        while (reader.Next())
        {
            if (reader.Field != 1) continue;
            var one = reader.Message;
            var dimension = Dimension.Unknown;
            while (one.Next())
            {
                // Exporters that write -1 mean that the size is not fixed.
                if (one.Field == 1) dimension = dimension with { Value = one.Int64 is >= 0 and var size ? size : null, Symbol = null };
                else if (one.Field == 2) dimension = dimension with { Value = null, Symbol = one.Text };
                else if (one.Field == 3) dimension = dimension with { Denotation = one.Text };
            }
            dimensions.Add(dimension);
        }
        return dimensions.DrainToImmutable();
    }
}
