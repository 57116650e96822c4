using System.Collections.Immutable;

namespace Pare.Data.Landmarks;

/// <summary>Brings annotations and photos together, checks each against the other, and divides them.</summary>
internal static class LandmarkAssembly
{
    /// <exception cref="BadInputException">No faces, several schemes, a photo that is missing or broken, or points that no photo of its size can have.</exception>
    public static LandmarkSplits Join(FileSet files, List<(Annotation Face, Part Part)> faces, string name, DataOptions options, ImageDecoder decode)
    {
        if (faces.Count == 0) throw new BadInputException($"landmarks '{name}' hold no faces");
        var scheme = SchemeOf(faces);
        var photos = faces.GroupBy(f => f.Face.Photo, StringComparer.Ordinal).Select(g => (Path: g.Key, Faces: g.ToList())).ToList();
        var loaded = Load(files, photos, scheme, options, decode);
        var parts = photos.ConvertAll(p => PartOf(p.Faces));
        var (train, validation, test, hasOwnTest) = Splitting.Divide(name, photos.Count, i => parts[i], options.Seed);
        return new LandmarkSplits(name, View(train), View(validation), View(test)) { HasOwnTest = hasOwnTest };

        LandmarkSet View(List<int> indices) => new(name, scheme, [.. indices.SelectMany(i => loaded[i])]);
    }

    private static PointScheme SchemeOf(List<(Annotation Face, Part Part)> faces)
    {
        var first = faces[0].Face;
        var other = faces.Find(f => f.Face.Count != first.Count).Face;
        return other is null
            ? PointScheme.Of(first.Count)
            : throw new BadInputException($"{other.Where} has {other.Count} points, {first.Where} has {first.Count}; all faces of a set need the same");
    }

    private static LandmarkPhoto[][] Load(FileSet files, List<(string Path, List<(Annotation Face, Part Part)> Faces)> photos, PointScheme scheme, DataOptions options, ImageDecoder decode)
    {
        var places = files.Paths.Select((path, i) => (path, i)).ToDictionary(p => p.path, p => p.i, StringComparer.Ordinal);
        var loaded = new LandmarkPhoto[photos.Count][];
        long kept = 0;
        Ordered.For(photos.Count, options.Threads, i =>
        {
            var (path, annotations) = photos[i];
            if (!places.TryGetValue(path, out var place)) throw new BadInputException($"{annotations[0].Face.Where}: there is no photo '{path}' in '{files.Root}'");
            var file = new PhotoFile(files, place, decode);
            var size = file.Check(picture => Interlocked.Add(ref kept, picture.Rgb.Length) <= options.CacheBytes);
            loaded[i] = [.. annotations.Select(a => Place(a.Face, file, size, scheme))];
        });
        return loaded;
    }

    private static LandmarkPhoto Place(Annotation face, PhotoFile file, PictureSize size, PointScheme scheme)
    {
        var points = face.Points.AsSpan();
        for (var i = 0; i < points.Length; i += 2)
        {
            if (IsNear(points[i], size.Width) && IsNear(points[i + 1], size.Height)) continue;
            throw new BadInputException($"{face.Where} has point {i / 2} at ({points[i]}, {points[i + 1]}), too far outside its photo of {size}");
        }
        if (!(scheme.EyeDistance(points) > 0)) throw new BadInputException($"{face.Where} has both eyes in one place");
        var around = FaceBox.Around(points);
        var box = face.Box is { Width: > 0, Height: > 0 } given && given.Holds(around.X + (around.Width / 2), around.Y + (around.Height / 2)) ? given : around;
        return new LandmarkPhoto(file.Name, face.Points, box, size, file.Picture);
    }

    /// <summary>Inside the picture or outside by no more than the picture's own size: a face may be cut.</summary>
    private static bool IsNear(float position, int size) => position >= -size && position <= 2f * size;

    private static Part PartOf(List<(Annotation Face, Part Part)> faces)
    {
        var other = faces.FindIndex(f => f.Part != faces[0].Part);
        return other < 0 ? faces[0].Part : throw new BadInputException($"{faces[other].Face.Where}: photo '{faces[0].Face.Photo}' is in {faces[0].Part.ToString().ToLowerInvariant()} and in {faces[other].Part.ToString().ToLowerInvariant()}");
    }
}
