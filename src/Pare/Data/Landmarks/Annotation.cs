using System.Collections.Immutable;
using System.Globalization;

namespace Pare.Data.Landmarks;

/// <summary>A face as a file describes it, before its photo is looked at.</summary>
/// <param name="Photo">The photo's path within the set.</param>
/// <param name="Points">Already in the coordinates of <see cref="LandmarkPhoto"/>.</param>
/// <param name="Box">The box that the file gives, if any.</param>
/// <param name="Where">Where it stands, for messages.</param>
internal sealed record Annotation(string Photo, ImmutableArray<float> Points, FaceBox? Box, string Where)
{
    /// <summary>Most faces in one set.</summary>
    public const int MaxFaces = 1 << 20;

    public int Count => Points.Length / 2;

    /// <summary>Reads a finite number.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out float value) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);

    /// <summary>A photo's path from its place beside a file, with '/' and without '.' and '..'.</summary>
    /// <param name="folder">Folder of the file that names it, "" or ending in '/'.</param>
    /// <param name="path">What the file says.</param>
    /// <param name="where">For messages.</param>
    /// <exception cref="BadInputException">No path, or one that leaves the folder.</exception>
    public static string Inside(string folder, string path, string where)
    {
        var parts = new List<string>();
        var isOutside = path.Length == 0 || path[0] is '/' or '\\' || path.AsSpan().ContainsAny(':', '\0');
        foreach (var part in path.Split('/', '\\'))
        {
            if (part == "..")
            {
                isOutside |= parts.Count == 0;
                if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }
        return isOutside || parts.Count == 0
            ? throw new BadInputException($"{where} names the photo '{Shown(path)}'; a path within its folder is allowed")
            : folder + string.Join('/', parts);
    }

    /// <summary>A piece of a stranger's text on one line.</summary>
    public static string Shown(ReadOnlySpan<char> text)
    {
        Span<char> shown = stackalloc char[Math.Min(text.Length, 60)];
        for (var i = 0; i < shown.Length; i++) shown[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i]) || text[i] is '\u2028' or '\u2029' ? '?' : text[i];
        return new string(shown);
    }
}
