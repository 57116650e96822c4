using System.Globalization;
using Pare.Data;
using Pare.Onnx;
using Xunit;

namespace Pare.Tests.Data;

public sealed class PreprocessTests
{
    [Fact]
    public void Scales_then_subtracts_then_divides_channel_by_channel()
    {
        var values = Enumerable.Range(0, 2 * 3 * 20).Select(i => (float)i).ToArray();
        var preprocess = new Preprocess { Scale = 0.5f, Mean = [1, 2, 3], Std = [2, 4, 8] };

        preprocess.Apply(values, [3, 4, 5]);

        Assert.All(Enumerable.Range(0, values.Length), i =>
        {
            var channel = i / 20 % 3;
            // One rounding more than the formula's.
            Assert.Equal(((i * 0.5) - preprocess.Mean[channel]) / preprocess.Std[channel], values[i], 1e-5);
        });
    }

    [Fact]
    public void Uses_one_value_for_every_channel()
    {
        float[] values = [0, 255, 0, 255];

        new Preprocess { Mean = [0.5f], Std = [0.5f] }.Apply(values, [2, 1, 2]);

        Assert.Equal([-1f, 1, -1, 1], values);
    }

    [Theory]
    [InlineData("")]
    [InlineData("scale=1;mean=104,117,123;channels=bgr;size=227x227;resize=256x256;crop=center")]
    [InlineData("mean=0.485,0.456,0.406;std=0.229,0.224,0.225;resize=short:256")]
    [InlineData("channels=grey")]
    public void Text_round_trips_under_any_culture(string text)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("ru-RU") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = "." } };
            Assert.Equal(text, PreprocessText.Format(PreprocessText.Parse(text)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Is_equal_by_value()
    {
        Assert.Equal(PreprocessText.Parse("mean=1,2,3"), PreprocessText.Parse("mean=1,2,3"));
        Assert.NotEqual(PreprocessText.Parse("mean=1,2,3"), PreprocessText.Parse("mean=1,2,4"));
    }

    [Fact]
    public void Goes_through_a_models_metadata_and_costs_nothing_when_usual()
    {
        var model = new Model { Graph = new Graph { Name = "g" } };
        var caffe = PreprocessText.Parse("scale=1;mean=104,117,123;channels=bgr");

        var marked = caffe.ToMetadata(model);

        Assert.Equal(caffe, PreprocessText.FromModel(marked));
        Assert.Equal(new Preprocess(), PreprocessText.FromModel(model));
        Assert.Empty(new Preprocess().ToMetadata(marked).Metadata);
    }

    [Theory]
    [InlineData("mean=1,x", "mean 'x' is not a finite number")]
    [InlineData("std=NaN", "std 'NaN' is not a finite number")]
    [InlineData("blur=1", "preprocessing 'blur=1' is not scale")]
    [InlineData("mean", "preprocessing 'mean' is not scale")]
    [InlineData("size=0x4", "size '0x4' is not WxH")]
    [InlineData("size=4", "size '4' is not WxH")]
    [InlineData("resize=short:-4", "resize 'short:-4' is not WxH or short:N")]
    [InlineData("crop=left", "crop 'left' is not center or none")]
    [InlineData("channels=rbg", "channels 'rbg' is not rgb, bgr or grey")]
    public void Names_what_it_cannot_read(string text, string message) => Assert.Contains(message, Fakes.Rejection(() => PreprocessText.Parse(text)));

    [Fact]
    public void Rejects_values_that_no_network_wants()
    {
        Assert.Contains("std 0 is not finite and over 0", Fakes.Rejection(() => new Preprocess { Std = [0] }.Check(3)));
        Assert.Contains("scale 0 is not", Fakes.Rejection(() => new Preprocess { Scale = 0 }.Check(3)));
        Assert.Contains("std has 2 values, the data has 3 channels", Fakes.Rejection(() => new Preprocess { Std = [1, 1] }.Check(3)));
    }
}
