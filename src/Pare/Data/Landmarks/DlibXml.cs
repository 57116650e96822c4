using System.Collections.Immutable;
using System.Globalization;
using System.Xml;

namespace Pare.Data.Landmarks;

/// <summary>
/// dlib's training files: <c>dataset/images/image/box/part</c>, several boxes a photo. Parts are numbered by name and may come in any order.
/// Coordinates count pixels from 0, so half a pixel separates them from <see cref="LandmarkPhoto"/>'s. Boxes marked <c>ignore</c> are left out.
/// </summary>
internal static class DlibXml
{
    private const float Offset = 0.5f;
    private const int MaxDepth = 16;

    /// <param name="file">The file's bytes.</param>
    /// <param name="name">Its name for messages.</param>
    /// <param name="folder">Its folder within the set, "" or ending in '/'.</param>
    /// <exception cref="BadInputException">Not XML, not dlib's, parts missing, or a photo outside the folder.</exception>
    public static List<Annotation> Parse(byte[] file, string name, string folder)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreWhitespace = true, IgnoreProcessingInstructions = true };
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(file), settings);
            return Parse(reader, name, folder);
        }
        catch (XmlException e)
        {
            throw new BadInputException($"'{name}' cannot be read as XML: {Annotation.Shown(e.Message)} (line {e.LineNumber})", e);
        }
    }

    private static List<Annotation> Parse(XmlReader reader, string name, string folder)
    {
        if (reader.MoveToContent() != XmlNodeType.Element || reader.Name != "dataset")
            throw new BadInputException($"'{name}' is not dlib's: its root is '{Annotation.Shown(reader.Name)}', allowed is 'dataset'");
        var faces = new List<Annotation>();
        string? photo = null;
        var boxes = 0;
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth) throw new BadInputException($"'{name}' is not dlib's: its elements are nested deeper than {MaxDepth}");
            if (reader.NodeType != XmlNodeType.Element) continue;
            if (reader.Name == "image")
            {
                photo = Annotation.Inside(folder, reader.GetAttribute("file") ?? "", $"'{name}' line {LineOf(reader)}");
                boxes = 0;
            }
            else if (reader.Name == "box")
            {
                var where = $"'{name}' line {LineOf(reader)} (box {boxes++} of '{Annotation.Shown(photo)}')";
                if (photo is null) throw new BadInputException($"{where} stands outside an image");
                if (faces.Count == Annotation.MaxFaces) throw new BadInputException($"'{name}' has more than {Annotation.MaxFaces} faces");
                if (ReadBox(reader, photo, where) is { } face) faces.Add(face);
            }
        }
        return faces;
    }

    /// <summary>Reads a box with its parts and stops at its end.</summary>
    private static Annotation? ReadBox(XmlReader reader, string photo, string where)
    {
        var isIgnored = reader.GetAttribute("ignore") is not (null or "0");
        var box = new FaceBox(Attribute(reader, "left", where), Attribute(reader, "top", where), Attribute(reader, "width", where), Attribute(reader, "height", where));
        var parts = new Dictionary<int, (float X, float Y)>();
        var (depth, isEmpty) = (reader.Depth, reader.IsEmptyElement);
        while (!isEmpty && reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType != XmlNodeType.Element || reader.Name != "part") continue;
            var part = reader.GetAttribute("name") ?? "";
            if (!int.TryParse(part, NumberStyles.None, null, out var index) || index >= PointScheme.MaxValues / 2)
                throw new BadInputException($"{where} has a part '{Annotation.Shown(part)}', allowed are the numbers 0 to {(PointScheme.MaxValues / 2) - 1}");
            if (!parts.TryAdd(index, (Attribute(reader, "x", where) + Offset, Attribute(reader, "y", where) + Offset)))
                throw new BadInputException($"{where} has part {index} twice");
        }
        return isIgnored ? null : new Annotation(photo, Points(parts, where), box, where);
    }

    private static ImmutableArray<float> Points(Dictionary<int, (float X, float Y)> parts, string where)
    {
        if (PointScheme.TryOf(parts.Count) is null) throw new BadInputException($"{where} has {parts.Count} parts; allowed are 5, 68 and 98");
        var points = ImmutableArray.CreateBuilder<float>(2 * parts.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            if (!parts.TryGetValue(i, out var part)) throw new BadInputException($"{where} has {parts.Count} parts, and part {i} is not among them");
            points.Add(part.X);
            points.Add(part.Y);
        }
        return points.MoveToImmutable();
    }

    private static float Attribute(XmlReader reader, string key, string where)
    {
        var text = reader.GetAttribute(key) ?? "";
        return Annotation.TryNumber(text, out var value)
            ? value
            : throw new BadInputException($"{where} has {key} '{Annotation.Shown(text)}' in a {Annotation.Shown(reader.Name)}, needed is a finite number");
    }

    private static int LineOf(XmlReader reader) => reader is IXmlLineInfo info ? info.LineNumber : 0;
}
