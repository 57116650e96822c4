using System.Text;
using Pare.Data;
using Pare.Data.Landmarks;

namespace Pare.Tests.Data.Landmarks;

/// <summary>Small landmark files around a photo of 40x30.</summary>
internal static class LandmarkFakes
{
    public static readonly byte[] Photo = Fakes.File(40, 30, 1, 2, 3);

    /// <summary>Five points as pixels counted from 0, moved to the right.</summary>
    public static float[] Five(float shift = 0) => [10 + shift, 10, 20 + shift, 10.5f, 15 + shift, 15, 11 + shift, 20, 19 + shift, 20];

    public static float[] Many(int count) => [.. Enumerable.Range(0, count).SelectMany(i => new[] { i % 40f, i / 40f * 5 })];

    public static string Pts(float[] points)
    {
        var text = new StringBuilder($"version: 1\nn_points:  {points.Length / 2}\n{{\n");
        for (var i = 0; i < points.Length; i += 2) text.Append($"{points[i] + 1} {points[i + 1] + 1}\n");
        return text.Append("}\n").ToString();
    }

    public static string Csv(string photo, float[] points) => $"{photo},{string.Join(',', points)}\n";

    public static string Box(float[] points, string attributes = "top='8' left='8' width='15' height='15'")
    {
        var parts = Enumerable.Range(0, points.Length / 2).Reverse().Select(i => $"<part name='{i:00}' x='{points[2 * i]}' y='{points[(2 * i) + 1]}'/>");
        return $"<box {attributes}>{string.Concat(parts)}</box>";
    }

    public static string Xml(params (string Photo, string Boxes)[] images) =>
        $"<?xml version='1.0' encoding='ISO-8859-1'?>\n<?xml-stylesheet type='text/xsl' href='x.xsl'?>\n<dataset>\n<name>n</name>\n<images>\n{string.Concat(images.Select(i => $"<image file='{i.Photo}'>{i.Boxes}</image>\n"))}</images>\n</dataset>\n";

    public static LandmarkSplits Open(string path, DataOptions? options = null) => LandmarkSource.Open(path, options ?? new DataOptions { Threads = 2 }, Fakes.Decode);

    public static string Rejection(string path) => Fakes.Rejection(() => Open(path));

    public static List<LandmarkPhoto> All(LandmarkSplits splits) =>
        [.. splits.Train.Photos.Concat(splits.Validation.Photos).Concat(splits.Test.Photos).OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Points[0])];
}
